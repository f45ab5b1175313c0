package dev.weir.bench.behaviour.contender;

import static dev.weir.bench.behaviour.contender.Feature.*;

import dev.weir.bench.behaviour.endpoint.ScriptedDataSource;
import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import java.io.StringWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.dbcp2.DataSourceConnectionFactory;
import org.apache.commons.dbcp2.PoolableConnection;
import org.apache.commons.dbcp2.PoolableConnectionFactory;
import org.apache.commons.dbcp2.PoolingDataSource;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;

/**
 * DBCP2, put together from its parts as its guide shows: the ready-made data source opens and
 * closes one connection more when it is first used, which a script would stumble over.
 */
final class DbcpContender implements Contender {
  @Override
  public String name() {
    return "dbcp2";
  }

  @Override
  public Class<?> home() {
    return PoolingDataSource.class;
  }

  @Override
  public Set<Feature> offers() {
    return EnumSet.of(
        MIN,
        RESIZE,
        ARRIVAL_ORDER,
        START_MUST_SUCCEED,
        CHECK,
        KEEP_ALIVE,
        RESET,
        IDLE_TIMEOUT,
        MAX_LIFETIME,
        GUARDED_HANDLE,
        LEAK_REPORT,
        LEAK_RECLAIM,
        LIFO,
        FIFO,
        COUNTS,
        WAITER_COUNT);
  }

  @Override
  public Duration shortest(Feature feature) {
    return feature == LEAK_REPORT || feature == LEAK_RECLAIM
        ? Duration.ofSeconds(1)
        : Duration.ofMillis(100);
  }

  @Override
  public Subject start(Settings wish, ScriptedEndpoint endpoint) throws Exception {
    var driver = new DataSourceConnectionFactory(new ScriptedDataSource(endpoint));
    PoolableConnectionFactory factory = new PoolableConnectionFactory(driver, null);
    factory.setDefaultAutoCommit(true);
    factory.setFastFailValidation(true);
    factory.setValidationQueryTimeout(wish.checkTimeout);
    if (wish.maxLifetime.isPositive()) {
      factory.setMaxConn(wish.maxLifetime);
    }
    GenericObjectPoolConfig<PoolableConnection> config = new GenericObjectPoolConfig<>();
    config.setMinIdle(wish.min);
    config.setMaxIdle(wish.max);
    config.setMaxTotal(wish.max);
    CommonsPoolContender.common(config, wish);
    var pool = new GenericObjectPool<>(factory, config);
    factory.setPool(pool);
    StringWriter abandoned = CommonsPoolContender.watchForLeaks(pool, wish);
    try {
      pool.preparePool();
    } catch (SQLException e) {
      if (wish.startMustSucceed) {
        pool.close();
        throw e;
      }
      // The evictor tries again.
    }
    return new Running(pool, endpoint, abandoned);
  }

  private static final class Running extends JdbcSubject {
    private final GenericObjectPool<PoolableConnection> pool;
    private final StringWriter abandoned;

    Running(
        GenericObjectPool<PoolableConnection> pool,
        ScriptedEndpoint endpoint,
        StringWriter abandoned) {
      super(new PoolingDataSource<>(pool), endpoint);
      this.pool = pool;
      this.abandoned = abandoned;
    }

    @Override
    public void resize(int min, int max) {
      pool.setMaxTotal(max);
      pool.setMaxIdle(max);
      pool.setMinIdle(min);
    }

    @Override
    public int active() {
      return pool.getNumActive();
    }

    @Override
    public int idle() {
      return pool.getNumIdle();
    }

    @Override
    public int waiting() {
      return pool.getNumWaiters();
    }

    @Override
    public List<String> leakReports() {
      String text = abandoned.toString();
      return text.isEmpty() ? List.of() : List.of(text);
    }

    @Override
    public void close() {
      pool.close();
    }
  }
}
