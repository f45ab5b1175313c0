package dev.weir.bench.behaviour.contender;

import static dev.weir.bench.behaviour.contender.Feature.*;

import dev.weir.bench.behaviour.endpoint.ScriptedDataSource;
import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.tomcat.jdbc.pool.DataSource;
import org.apache.tomcat.jdbc.pool.PoolProperties;

/** Tomcat JDBC. */
final class TomcatContender implements Contender {
  @Override
  public String name() {
    return "tomcat";
  }

  @Override
  public Class<?> home() {
    return DataSource.class;
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
        EVICT_ALL,
        LEAK_REPORT,
        LEAK_RECLAIM,
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
  public Subject start(Settings wish, ScriptedEndpoint endpoint) throws SQLException {
    PoolProperties config = new PoolProperties();
    config.setDataSource(new ScriptedDataSource(endpoint));
    config.setInitialSize(wish.min);
    config.setMinIdle(wish.min);
    config.setMaxIdle(wish.max);
    config.setMaxActive(wish.max);
    config.setMaxWait((int) wish.acquireTimeout.toMillis());
    config.setFairQueue(true);
    config.setTestOnBorrow(wish.check);
    config.setValidationInterval(0);
    config.setValidationQueryTimeout(JdbcSubject.seconds(wish.checkTimeout));
    config.setTestWhileIdle(wish.keepAlive.isPositive());
    // Below a second it warns, and works all the same.
    config.setTimeBetweenEvictionRunsMillis(200);
    config.setMinEvictableIdleTimeMillis(
        (int) (wish.idleTimeout.isZero() ? Duration.ofHours(1) : wish.idleTimeout).toMillis());
    config.setMaxAge(wish.maxLifetime.toMillis());
    config.setDefaultAutoCommit(true);
    config.setJdbcInterceptors("ConnectionState");
    config.setIgnoreExceptionOnPreLoad(!wish.startMustSucceed);
    config.setJmxEnabled(false);
    if (wish.leakReclaim) {
      config.setRemoveAbandoned(true);
      config.setLogAbandoned(true);
      config.setRemoveAbandonedTimeout(JdbcSubject.seconds(wish.leakThreshold));
    } else if (wish.leakThreshold.isPositive()) {
      config.setLogAbandoned(true);
      config.setSuspectTimeout(JdbcSubject.seconds(wish.leakThreshold));
    }
    LogTap log = LogTap.on("org.apache.tomcat.jdbc.pool.ConnectionPool");
    DataSource pool = new DataSource(config);
    try {
      pool.createPool();
    } catch (SQLException e) {
      log.close();
      pool.close(true);
      throw e;
    }
    return new Running(pool, endpoint, log);
  }

  private static final class Running extends JdbcSubject {
    private final DataSource pool;
    private final LogTap log;

    Running(DataSource pool, ScriptedEndpoint endpoint, LogTap log) {
      super(pool, endpoint);
      this.pool = pool;
      this.log = log;
    }

    @Override
    public void resize(int min, int max) {
      pool.setMaxActive(max);
      pool.setMaxIdle(max);
      pool.setMinIdle(min);
    }

    @Override
    public void evictAll() {
      pool.purge();
    }

    @Override
    public int active() {
      return pool.getActive();
    }

    @Override
    public int idle() {
      return pool.getIdle();
    }

    @Override
    public int waiting() {
      return pool.getWaitCount();
    }

    @Override
    public List<String> leakReports() {
      return log.lines("abandon");
    }

    @Override
    public void close() {
      log.close();
      pool.close(true);
    }
  }
}
