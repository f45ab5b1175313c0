package dev.weir.bench.behaviour.contender;

import static dev.weir.bench.behaviour.contender.Feature.*;

import dev.weir.bench.behaviour.endpoint.ScriptedDataSource;
import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import dev.weir.jdbc.WeirDataSource;
import dev.weir.pool.ConnectionInfo;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Weir's data source: what a JDBC program has of the pool. */
final class WeirJdbcContender implements Contender {
  @Override
  public String name() {
    return "weir-jdbc";
  }

  @Override
  public Class<?> home() {
    return WeirDataSource.class;
  }

  /** Without what {@code DataSource} has no words for: timeouts of single calls, keys, sharing. */
  @Override
  public Set<Feature> offers() {
    return EnumSet.of(
        MIN,
        RESIZE,
        MAX_WAITERS,
        ARRIVAL_ORDER,
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
        DRAIN,
        DRAIN_REPORT,
        LIFO,
        FIFO,
        ROUND_ROBIN,
        OWN_STRATEGY,
        COUNTS,
        WAITER_COUNT,
        LISTENER,
        LEAK_REPORT,
        LEAK_RECLAIM,
        LEAK_UNREACHABLE);
  }

  @Override
  public Subject start(Settings wish, ScriptedEndpoint endpoint) {
    List<String> leaks = new CopyOnWriteArrayList<>();
    WeirDataSource source =
        WeirDataSource.builder()
            .dataSource(new ScriptedDataSource(endpoint))
            .pool(pool -> WeirContender.configure(pool, wish, leaks))
            .build();
    return new Running(source, endpoint, leaks);
  }

  private static final class Running extends JdbcSubject {
    private final WeirDataSource source;
    private final List<String> leaks;

    Running(WeirDataSource source, ScriptedEndpoint endpoint, List<String> leaks) {
      super(source, endpoint);
      this.source = source;
      this.leaks = leaks;
    }

    @Override
    public List<String> leakReports() {
      return leaks;
    }

    @Override
    public void resize(int min, int max) {
      source.pool().resize(min, max);
    }

    @Override
    public void evictAll() {
      source.pool().evictAll();
    }

    @Override
    public void suspend() {
      source.pool().suspend();
    }

    @Override
    public void resume() {
      source.pool().resume();
    }

    @Override
    public boolean drain(Duration timeout) throws Exception {
      return source.pool().drain(timeout).complete();
    }

    @Override
    public List<String> drainAndTell(Duration timeout) throws Exception {
      return source.pool().drain(timeout).stillLeased().stream()
          .map(ConnectionInfo::holder)
          .map(String::valueOf)
          .toList();
    }

    @Override
    public int active() {
      return source.pool().stats().active();
    }

    @Override
    public int idle() {
      return source.pool().stats().idle();
    }

    @Override
    public int waiting() {
      return source.pool().stats().pending();
    }

    @Override
    public void close() {
      source.close();
    }
  }
}
