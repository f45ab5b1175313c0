package dev.weir.bench.behaviour.contender;

import static dev.weir.bench.behaviour.contender.Feature.*;

import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import dev.weir.bench.behaviour.endpoint.Wire;
import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.ConnectionInfo;
import dev.weir.pool.Fairness;
import dev.weir.pool.KeyedPool;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolBuilder;
import dev.weir.pool.PoolEvent;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.Selection;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Weir, over bare connections. */
public final class WeirContender implements Contender {
  private static final Duration PASS = Duration.ofMillis(50);

  @Override
  public String name() {
    return "weir";
  }

  @Override
  public Class<?> home() {
    return Pool.class;
  }

  @Override
  public Set<Feature> offers() {
    return EnumSet.of(
        MIN,
        RESIZE,
        MAX_WAITERS,
        CALL_TIMEOUT,
        ASYNC,
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
        DETACH,
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
        LEAK_UNREACHABLE,
        AFFINITY,
        SHARED,
        LIVE_LIMIT,
        KEYED);
  }

  @Override
  public Subject start(Settings wish, ScriptedEndpoint endpoint) {
    List<String> leaks = new CopyOnWriteArrayList<>();
    PoolBuilder<Wire> builder = Pool.builder(new WireFactory(endpoint));
    configure(builder, wish, leaks);
    return new Running(builder.build(), leaks);
  }

  /** Sets what is wished, and collects the stacks of who holds for too long. */
  static void configure(PoolBuilder<?> builder, Settings wish, List<String> leaks) {
    builder.options(options(wish)).listener(event -> tell(event, leaks, wish.onEvent));
    Settings.OwnStrategy own = wish.strategy;
    if (own != null) {
      builder.strategy(candidates -> own.select(candidates.size(), candidates::isReady));
    }
  }

  @Override
  public KeyedSubject startKeyed(Settings wish, Function<String, ScriptedEndpoint> endpoints) {
    KeyedPool<String, Wire> pool =
        KeyedPool.<String, Wire>builder(key -> new WireFactory(endpoints.apply(key)))
            .perKey(options(wish))
            .maxTotal(wish.max)
            .build();
    return new KeyedSubject() {
      @Override
      public Held acquire(String key, Duration timeout) throws Exception {
        return new WeirHeld(pool.acquire(key, timeout));
      }

      @Override
      public void close() {
        pool.close();
      }
    };
  }

  private static PoolOptions options(Settings wish) {
    return PoolOptions.defaults()
        .withSize(wish.min, wish.max)
        .withMaxWaiters(wish.maxWaiters)
        .withAcquireTimeout(wish.acquireTimeout)
        .withIdleTimeout(wish.idleTimeout)
        .withMaxLifetime(wish.maxLifetime)
        .withLifetimeJitter(wish.lifetimeJitter)
        .withValidationWindow(wish.check ? Duration.ZERO : Duration.ofHours(1))
        .withCheckTimeout(wish.checkTimeout)
        .withKeepAliveInterval(wish.keepAlive)
        .withOpenTimeout(wish.openTimeout)
        .withOpenParallelism(wish.openParallelism)
        .withEvictionInterval(PASS)
        .withMaxLeasesPerConnection(wish.leasesPerConnection)
        .withLeakThreshold(wish.leakThreshold)
        .withLeakReclaim(wish.leakReclaim)
        .withFairness(wish.arrivalOrder ? Fairness.STRICT : Fairness.BALANCED)
        .withStrategy(selection(wish.order))
        .withStartMustSucceed(wish.startMustSucceed);
  }

  private static void tell(PoolEvent event, List<String> leaks, Runnable onEvent) {
    if (event instanceof PoolEvent.LeakSuspected leak) {
      leaks.add(leak.holder().toString());
    }
    onEvent.run();
  }

  private static Selection selection(Settings.Order order) {
    return switch (order) {
      case ANY, LIFO -> Selection.LIFO;
      case FIFO -> Selection.FIFO;
      case ROUND_ROBIN -> Selection.ROUND_ROBIN;
    };
  }

  /** Gives the driver no time limits: the pool has to keep its own. */
  private record WireFactory(ScriptedEndpoint endpoint) implements ConnectionFactory<Wire> {
    @Override
    public Wire open() throws Exception {
      return endpoint.open(null);
    }

    @Override
    public boolean isUsable(Wire wire) {
      return wire.isOpen();
    }

    @Override
    public boolean check(Wire wire, Duration timeout) throws Exception {
      return wire.check(null);
    }

    @Override
    public void reset(Wire wire) throws Exception {
      if (wire.isAltered()) {
        wire.reset();
      }
    }

    @Override
    public void close(Wire wire) throws Exception {
      wire.close();
    }
  }

  private record WeirHeld(Lease<Wire> lease, Wire wire) implements Held {
    WeirHeld(Lease<Wire> lease) {
      this(lease, lease.connection());
    }

    @Override
    public void use() throws IOException {
      lease.connection().use();
    }

    @Override
    public void alter() {
      lease.connection().alter();
    }

    @Override
    public void close() {
      lease.close();
    }

    @Override
    public void fail() {
      wire.cut();
      try {
        use();
      } catch (IOException e) {
        lease.invalidate(e);
      }
    }
  }

  private static final class Running implements Subject {
    private final Pool<Wire> pool;
    private final List<String> leaks;

    Running(Pool<Wire> pool, List<String> leaks) {
      this.pool = pool;
      this.leaks = leaks;
    }

    @Override
    public Held acquire(Object key) throws Exception {
      return new WeirHeld(pool.acquire(key));
    }

    @Override
    public List<String> leakReports() {
      return leaks;
    }

    @Override
    public Held acquire() throws Exception {
      return new WeirHeld(pool.acquire());
    }

    @Override
    public Held acquire(Duration timeout) throws Exception {
      return new WeirHeld(pool.acquire(timeout));
    }

    @Override
    public Later acquireAsync() {
      CompletableFuture<Lease<Wire>> lease = pool.acquireAsync().toCompletableFuture();
      return new Later() {
        @Override
        public boolean isDone() {
          return lease.isDone();
        }

        @Override
        public void cancel() {
          lease.cancel(false);
        }

        @Override
        public Held get(Duration patience) throws Exception {
          return new WeirHeld(lease.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        }
      };
    }

    @Override
    public void limitLeases(Held held, int leases) {
      pool.limitLeases(held.wire(), leases);
    }

    @Override
    public void suspend() {
      pool.suspend();
    }

    @Override
    public void resume() {
      pool.resume();
    }

    @Override
    public void evictAll() {
      pool.evictAll();
    }

    @Override
    public void resize(int min, int max) {
      pool.resize(min, max);
    }

    @Override
    public boolean drain(Duration timeout) throws Exception {
      return pool.drain(timeout).complete();
    }

    @Override
    public List<String> drainAndTell(Duration timeout) throws Exception {
      return pool.drain(timeout).stillLeased().stream()
          .map(ConnectionInfo::holder)
          .map(String::valueOf)
          .toList();
    }

    @Override
    public void detach(Held held) {
      ((WeirHeld) held).lease.detach();
    }

    @Override
    public int active() {
      return pool.stats().active();
    }

    @Override
    public int idle() {
      return pool.stats().idle();
    }

    @Override
    public int waiting() {
      return pool.stats().pending();
    }

    @Override
    public void close() {
      pool.close();
    }
  }
}
