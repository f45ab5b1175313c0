package dev.weir.bench.databases;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.weir.jdbc.WeirDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One who hands out connections. All have the same number of them, open from the start, and the
 * same patience; else their own defaults.
 *
 * @param opened how many connections it has opened; negative: it does not tell
 */
record Source(String name, DataSource data, LongSupplier opened, AutoCloseable closer)
    implements AutoCloseable {
  static final String WEIR = "weir-jdbc";
  static final String HIKARI = "hikari";
  static final String NO_POOL = "no pool";

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** The pools that race. */
  static List<Source> pools(Database database, int connections) throws SQLException {
    List<Source> pools = new ArrayList<>();
    try {
      pools.add(weir(database, connections));
      pools.add(hikari(database, connections));
      pools.add(agroal(database, connections));
      return pools;
    } catch (SQLException | RuntimeException e) {
      pools.forEach(Source::close);
      throw e;
    }
  }

  /** A connection for each call. */
  static Source noPool(Database database) {
    PGSimpleDataSource plain = new PGSimpleDataSource();
    plain.setURL(database.url());
    plain.setUser(Database.USER);
    return new Source(NO_POOL, plain, () -> -1, () -> {});
  }

  private static Source weir(Database database, int connections) {
    WeirDataSource source =
        WeirDataSource.builder()
            .url(database.url())
            .user(Database.USER)
            .pool(
                pool ->
                    pool.min(connections)
                        .max(connections)
                        .acquireTimeout(PATIENCE)
                        // The others let everybody wait.
                        .maxWaiters(1_000_000)
                        .startMustSucceed(true))
            .build();
    return new Source(WEIR, source, () -> source.pool().stats().created(), source);
  }

  private static Source hikari(Database database, int connections) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(database.url());
    config.setUsername(Database.USER);
    config.setMaximumPoolSize(connections);
    config.setConnectionTimeout(PATIENCE.toMillis());
    HikariDataSource source = new HikariDataSource(config);
    return new Source(HIKARI, source, () -> -1, source);
  }

  private static Source agroal(Database database, int connections) throws SQLException {
    AgroalDataSource source =
        AgroalDataSource.from(
            new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(
                    pool ->
                        pool.initialSize(connections)
                            .minSize(connections)
                            .maxSize(connections)
                            .acquisitionTimeout(PATIENCE)
                            .connectionFactoryConfiguration(
                                factory ->
                                    factory
                                        .jdbcUrl(database.url())
                                        .principal(new NamePrincipal(Database.USER)))));
    return new Source("agroal", source, () -> -1, source);
  }

  @Override
  public void close() {
    try {
      closer.close();
    } catch (Exception e) {
      throw new IllegalStateException("cannot close " + name, e);
    }
  }
}
