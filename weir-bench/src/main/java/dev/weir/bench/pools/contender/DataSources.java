package dev.weir.bench.pools.contender;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.weir.bench.pools.stub.StubDatabase;
import dev.weir.jdbc.WeirDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.sql.SQLException;
import java.util.Map;
import org.apache.commons.dbcp2.DataSourceConnectionFactory;
import org.apache.commons.dbcp2.PoolableConnection;
import org.apache.commons.dbcp2.PoolableConnectionFactory;
import org.apache.commons.dbcp2.PoolingDataSource;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.tomcat.jdbc.pool.PoolProperties;
import org.stone.beecp.BeeDataSource;
import org.stone.beecp.BeeDataSourceConfig;
import org.vibur.dbcp.ViburDBCPDataSource;

/** The JDBC pools, each set up by one method. */
final class DataSources {
  private DataSources() {}

  static RacingPool weir(Setup setup) {
    WeirDataSource source =
        WeirDataSource.builder()
            .dataSource(new StubDatabase(setup.opening()))
            .pool(pool -> WeirContender.set(pool, setup))
            .build();
    return new DataSourceContender(source, source);
  }

  static RacingPool hikari(Setup setup) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(new StubDatabase(setup.opening()));
    config.setMaximumPoolSize(setup.size());
    config.setMinimumIdle(setup.idle());
    config.setConnectionTimeout(setup.timeoutMillis());
    // Or the constructor opens a connection and fails with it.
    config.setInitializationFailTimeout(-1);
    HikariDataSource source = new HikariDataSource(config);
    return new DataSourceContender(source, source);
  }

  static RacingPool agroal(Setup setup) throws SQLException {
    StubDatabase database = new StubDatabase(setup.opening());
    AgroalDataSourceConfigurationSupplier config =
        new AgroalDataSourceConfigurationSupplier()
            .connectionPoolConfiguration(
                pool ->
                    pool.initialSize(setup.idle())
                        .minSize(setup.idle())
                        .maxSize(setup.size())
                        .acquisitionTimeout(setup.acquireTimeout())
                        .connectionFactoryConfiguration(
                            factory ->
                                factory
                                    .connectionProviderClass(StubDatabase.StubDriver.class)
                                    .jdbcUrl(database.url())));
    AgroalDataSource source = AgroalDataSource.from(config);
    return new DataSourceContender(source, source);
  }

  static RacingPool beecp(Setup setup) {
    BeeDataSourceConfig config = new BeeDataSourceConfig();
    config.setConnectionFactory(new StubDatabase(setup.opening())::getConnection);
    config.setInitialSize(setup.idle());
    config.setMaxActive(setup.size());
    config.setMaxWait(setup.timeoutMillis());
    BeeDataSource source = new BeeDataSource(config);
    return new DataSourceContender(source, source);
  }

  static RacingPool dbcp2(Setup setup) {
    PoolableConnectionFactory factory =
        new PoolableConnectionFactory(
            new DataSourceConnectionFactory(new StubDatabase(setup.opening())), null);
    GenericObjectPool<PoolableConnection> pool = new GenericObjectPool<>(factory);
    factory.setPool(pool);
    pool.setMaxTotal(setup.size());
    pool.setMaxIdle(setup.size());
    pool.setMinIdle(setup.idle());
    pool.setMaxWait(setup.acquireTimeout());
    PoolingDataSource<PoolableConnection> source = new PoolingDataSource<>(pool);
    return new DataSourceContender(source, source);
  }

  static RacingPool tomcat(Setup setup) {
    PoolProperties config = new PoolProperties();
    config.setDataSource(new StubDatabase(setup.opening()));
    config.setMaxActive(setup.size());
    config.setMaxIdle(setup.size());
    config.setMinIdle(setup.idle());
    config.setInitialSize(setup.idle());
    config.setMaxWait(setup.timeoutMillis());
    config.setJmxEnabled(false);
    var source = new org.apache.tomcat.jdbc.pool.DataSource(config);
    return new DataSourceContender(source, source::close);
  }

  static RacingPool vibur(Setup setup) {
    ViburDBCPDataSource source = new ViburDBCPDataSource();
    source.setExternalDataSource(new StubDatabase(setup.opening()));
    source.setPoolInitialSize(setup.idle());
    source.setPoolMaxSize(setup.size());
    source.setConnectionTimeoutInMs(setup.timeoutMillis());
    source.setStatementCacheMaxSize(0);
    source.start();
    return new DataSourceContender(source, source);
  }

  static RacingPool c3p0(Setup setup) throws SQLException {

    var database = new StubDatabase(setup.opening());
    var source =
        com.mchange.v2.c3p0.DataSources.pooledDataSource(
            database,
            Map.of(
                "initialPoolSize", setup.idle(),
                "minPoolSize", setup.idle(),
                "maxPoolSize", setup.size(),
                "checkoutTimeout", setup.timeoutMillis(),
                "numHelperThreads", setup.opensAtATime() == 0 ? 3 : setup.opensAtATime()));
    return new DataSourceContender(source, () -> com.mchange.v2.c3p0.DataSources.destroy(source));
  }
}
