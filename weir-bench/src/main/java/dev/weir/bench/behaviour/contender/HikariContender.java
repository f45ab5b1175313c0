package dev.weir.bench.behaviour.contender;

import static dev.weir.bench.behaviour.contender.Feature.*;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.weir.bench.behaviour.endpoint.ScriptedDataSource;
import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** HikariCP. */
final class HikariContender implements Contender {
  static {
    // The only way to set both; read once, when the pool's class is loaded. They change no promise,
    // only how soon it shows.
    System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "0");
    System.setProperty("com.zaxxer.hikari.housekeeping.period", "500");
    System.setProperty("com.zaxxer.hikari.housekeeping.periodMs", "500");
  }

  @Override
  public String name() {
    return "hikari";
  }

  @Override
  public Class<?> home() {
    return HikariDataSource.class;
  }

  @Override
  public Set<Feature> offers() {
    return EnumSet.of(
        MIN,
        RESIZE,
        RETRY,
        START_MUST_SUCCEED,
        CHECK,
        KEEP_ALIVE,
        RESET,
        IDLE_TIMEOUT,
        MAX_LIFETIME,
        LIFETIME_JITTER,
        GUARDED_HANDLE,
        EVICT_ALL,
        SUSPEND,
        LEAK_REPORT,
        COUNTS,
        WAITER_COUNT);
  }

  @Override
  public Duration shortest(Feature feature) {
    return switch (feature) {
      case IDLE_TIMEOUT -> Duration.ofSeconds(10);
      case MAX_LIFETIME, KEEP_ALIVE -> Duration.ofSeconds(30);
      case LEAK_REPORT -> Duration.ofSeconds(2);
      default -> Duration.ofMillis(250);
    };
  }

  @Override
  public Subject start(Settings wish, ScriptedEndpoint endpoint) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(new ScriptedDataSource(endpoint));
    config.setMinimumIdle(wish.min);
    config.setMaximumPoolSize(wish.max);
    config.setConnectionTimeout(Math.max(250, wish.acquireTimeout.toMillis()));
    config.setValidationTimeout(wish.checkTimeout.toMillis());
    config.setInitializationFailTimeout(wish.startMustSucceed ? 1 : -1);
    config.setIdleTimeout(wish.idleTimeout.toMillis());
    config.setMaxLifetime(wish.maxLifetime.toMillis());
    config.setKeepaliveTime(wish.keepAlive.toMillis());
    config.setLeakDetectionThreshold(wish.leakThreshold.toMillis());
    config.setAllowPoolSuspension(true);
    LogTap leaks = LogTap.on("com.zaxxer.hikari.pool.ProxyLeakTask");
    HikariDataSource pool = new HikariDataSource(config);
    return new Running(pool, endpoint, leaks);
  }

  private static final class Running extends JdbcSubject {
    private final HikariDataSource pool;
    private final LogTap leaks;

    Running(HikariDataSource pool, ScriptedEndpoint endpoint, LogTap leaks) {
      super(pool, endpoint);
      this.pool = pool;
      this.leaks = leaks;
    }

    @Override
    public void resize(int min, int max) {
      pool.getHikariConfigMXBean().setMinimumIdle(Math.min(min, max));
      pool.getHikariConfigMXBean().setMaximumPoolSize(max);
    }

    @Override
    public void evictAll() {
      pool.getHikariPoolMXBean().softEvictConnections();
    }

    @Override
    public void suspend() {
      pool.getHikariPoolMXBean().suspendPool();
    }

    @Override
    public void resume() {
      pool.getHikariPoolMXBean().resumePool();
    }

    @Override
    public int active() {
      return pool.getHikariPoolMXBean().getActiveConnections();
    }

    @Override
    public int idle() {
      return pool.getHikariPoolMXBean().getIdleConnections();
    }

    @Override
    public int waiting() {
      return pool.getHikariPoolMXBean().getThreadsAwaitingConnection();
    }

    @Override
    public List<String> leakReports() {
      return leaks.lines("leak detection triggered");
    }

    @Override
    public void close() {
      leaks.close();
      pool.close();
    }
  }
}
