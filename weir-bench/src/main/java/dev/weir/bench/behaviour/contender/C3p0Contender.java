package dev.weir.bench.behaviour.contender;

import static dev.weir.bench.behaviour.contender.Feature.*;

import com.mchange.v2.c3p0.DataSources;
import com.mchange.v2.c3p0.PooledDataSource;
import dev.weir.bench.behaviour.endpoint.ScriptedDataSource;
import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** c3p0. */
final class C3p0Contender implements Contender {
  @Override
  public String name() {
    return "c3p0";
  }

  @Override
  public Class<?> home() {
    return PooledDataSource.class;
  }

  @Override
  public Set<Feature> offers() {
    return EnumSet.of(
        MIN,
        RETRY,
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
    return Duration.ofSeconds(1);
  }

  @Override
  public Subject start(Settings wish, ScriptedEndpoint endpoint) throws SQLException {
    ScriptedDataSource driver = new ScriptedDataSource(endpoint);
    driver.setLoginTimeout(JdbcSubject.seconds(wish.openTimeout));
    Map<String, Object> config = new HashMap<>();
    config.put("minPoolSize", wish.min);
    config.put("initialPoolSize", wish.min);
    config.put("maxPoolSize", wish.max);
    config.put("acquireIncrement", 1);
    config.put("checkoutTimeout", (int) wish.acquireTimeout.toMillis());
    config.put("acquireRetryAttempts", 3);
    config.put("acquireRetryDelay", 100);
    config.put("numHelperThreads", Math.max(3, wish.openParallelism));
    config.put("testConnectionOnCheckout", wish.check);
    config.put("connectionIsValidTimeout", JdbcSubject.seconds(wish.checkTimeout));
    config.put("idleConnectionTestPeriod", orNever(wish.keepAlive));
    config.put("maxIdleTimeExcessConnections", orNever(wish.idleTimeout));
    config.put("maxConnectionAge", orNever(wish.maxLifetime));
    config.put("unreturnedConnectionTimeout", orNever(wish.leakThreshold));
    config.put("debugUnreturnedConnectionStackTraces", wish.leakThreshold.isPositive());
    LogTap log = LogTap.on("com.mchange.v2.resourcepool.BasicResourcePool");
    return new Running(
        (PooledDataSource) DataSources.pooledDataSource(driver, config), endpoint, log);
  }

  private static int orNever(Duration span) {
    return span.isZero() ? 0 : JdbcSubject.seconds(span);
  }

  private static final class Running extends JdbcSubject {
    private final PooledDataSource pool;
    private final LogTap log;

    Running(PooledDataSource pool, ScriptedEndpoint endpoint, LogTap log) throws SQLException {
      super(pool, endpoint);
      this.pool = pool;
      this.log = log;
      // Makes the pool, which is lazy otherwise.
      pool.getNumConnectionsDefaultUser();
    }

    @Override
    public void evictAll() throws SQLException {
      pool.softResetDefaultUser();
    }

    @Override
    public int active() {
      try {
        return pool.getNumBusyConnectionsDefaultUser();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public int idle() {
      try {
        return pool.getNumIdleConnectionsDefaultUser();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public int waiting() {
      try {
        return pool.getNumThreadsAwaitingCheckoutDefaultUser();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public List<String> leakReports() {
      return log.lines("overdue");
    }

    @Override
    public void close() throws SQLException {
      log.close();
      DataSources.destroy(pool);
    }
  }
}
