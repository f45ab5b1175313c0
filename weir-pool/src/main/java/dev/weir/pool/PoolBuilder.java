package dev.weir.pool;

import dev.weir.pool.internal.KeyedSlotPool;
import dev.weir.pool.internal.SlotPool;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Budget;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.stats.Counters;
import dev.weir.pool.internal.stats.Events;
import dev.weir.pool.internal.time.Alarm;
import dev.weir.pool.internal.time.Clock;
import dev.weir.pool.internal.time.Workers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Builds pools: the one class of the API that knows what is behind it. A setter changes one option
 * of {@link PoolOptions}; what is not set keeps its default. Not safe for use by several threads at
 * once; may build several pools.
 *
 * @param <C> what is pooled
 */
public final class PoolBuilder<C> {
  private final ConnectionFactory<C> factory;
  private final Map<String, Object> changes = new LinkedHashMap<>();
  private PoolOptions base = PoolOptions.defaults();
  private String name = "pool";
  private PoolListener listener = PoolListener.NONE;
  private @Nullable ThreadFactory threads;
  private @Nullable Strategy ownStrategy;
  private Clock clock = Clock.system();
  private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
  private Duration keepThreads = Workers.KEEP_THREADS;

  PoolBuilder(ConnectionFactory<C> factory) {
    this.factory = factory;
  }

  /** The name in messages, thread names and metrics; "pool" unless set. */
  public PoolBuilder<C> name(String name) {
    this.name = name;
    return this;
  }

  /** Starts from these options instead of the defaults; forgets what was set before. */
  public PoolBuilder<C> options(PoolOptions options) {
    base = options;
    changes.clear();
    return this;
  }

  /** Adds one who hears what happens; without any, no events are made. */
  public PoolBuilder<C> listener(PoolListener listener) {
    this.listener = PoolListener.of(this.listener, listener);
    return this;
  }

  /**
   * Makes the threads that open, check and close connections and keep the pool's time; daemon
   * platform threads unless set. Virtual threads may be handed in.
   */
  public PoolBuilder<C> threads(ThreadFactory threads) {
    this.threads = threads;
    return this;
  }

  /** Connections kept open, idle or leased; 0 to max. Default: 2. */
  public PoolBuilder<C> min(int min) {
    return set("min", min);
  }

  /** Connections at most, those being opened or closed included; 1 or more. Default: 10. */
  public PoolBuilder<C> max(int max) {
    return set("max", max);
  }

  /** A caller's longest wait, opening and checking included; 0s: never wait. Default: 5s. */
  public PoolBuilder<C> acquireTimeout(Duration acquireTimeout) {
    return set("acquireTimeout", acquireTimeout);
  }

  /** Callers that may wait at a time; the next is refused at once. Default: 50. */
  public PoolBuilder<C> maxWaiters(int maxWaiters) {
    return set("maxWaiters", maxWaiters);
  }

  /**
   * How long a connection beyond min may be idle before it is closed; 0s: for ever. Default: 5m.
   */
  public PoolBuilder<C> idleTimeout(Duration idleTimeout) {
    return set("idleTimeout", idleTimeout);
  }

  /** Pause between two passes that look for idle, old and unusable connections. Default: 10s. */
  public PoolBuilder<C> evictionInterval(Duration evictionInterval) {
    return set("evictionInterval", evictionInterval);
  }

  /**
   * Age at which a connection retires, when its lease ends at the latest; 0s: never. Default: 30m.
   */
  public PoolBuilder<C> maxLifetime(Duration maxLifetime) {
    return set("maxLifetime", maxLifetime);
  }

  /**
   * Part of max-lifetime that is taken off at random, so that not all retire at once; 0 to 1.
   * Default: 0.1.
   */
  public PoolBuilder<C> lifetimeJitter(double lifetimeJitter) {
    return set("lifetimeJitter", lifetimeJitter);
  }

  /**
   * A connection used or checked within this span is not checked before use; 0s: check each time.
   * Default: 500ms.
   */
  public PoolBuilder<C> validationWindow(Duration validationWindow) {
    return set("validationWindow", validationWindow);
  }

  /** Longest check of one connection; it is closed when that is over. Default: 1s. */
  public PoolBuilder<C> checkTimeout(Duration checkTimeout) {
    return set("checkTimeout", checkTimeout);
  }

  /**
   * How long a connection is idle before it is checked in the background; 0s: no such checks.
   * Default: 2m.
   */
  public PoolBuilder<C> keepAliveInterval(Duration keepAliveInterval) {
    return set("keepAliveInterval", keepAliveInterval);
  }

  /** Longest single try to open; it is then given up and its late result closed. Default: 10s. */
  public PoolBuilder<C> openTimeout(Duration openTimeout) {
    return set("openTimeout", openTimeout);
  }

  /** Connections opened at a time, max at most. Default: 4. */
  public PoolBuilder<C> openParallelism(int openParallelism) {
    return set("openParallelism", openParallelism);
  }

  /**
   * Tries to open for one place after the first that failed; then waiting callers whom no
   * connection can serve are told, unless breaker-threshold failures told them before. Default: 3.
   */
  public PoolBuilder<C> maxRetries(int maxRetries) {
    return set("maxRetries", maxRetries);
  }

  /**
   * Failed tries to open in a row, at whichever places, that make the endpoint count as down:
   * callers whom no connection can serve fail at once, until one of the tries made after growing
   * pauses succeeds; 1 or more. Default: 3.
   */
  public PoolBuilder<C> breakerThreshold(int breakerThreshold) {
    return set("breakerThreshold", breakerThreshold);
  }

  /** Failures in a row, in use or in checks, that take a connection out; 1 or more. Default: 3. */
  public PoolBuilder<C> maxFailures(int maxFailures) {
    return set("maxFailures", maxFailures);
  }

  /**
   * Pause before the first retry; each further one doubles, and up to half of each is taken off at
   * random. Default: 10ms.
   */
  public PoolBuilder<C> retryBackoff(Duration retryBackoff) {
    return set("retryBackoff", retryBackoff);
  }

  /** Longest pause between tries, retries and those while the endpoint is down. Default: 5s. */
  public PoolBuilder<C> maxRetryBackoff(Duration maxRetryBackoff) {
    return set("maxRetryBackoff", maxRetryBackoff);
  }

  /** How long a connection being closed keeps its place from another. Default: 1s. */
  public PoolBuilder<C> closeTimeout(Duration closeTimeout) {
    return set("closeTimeout", closeTimeout);
  }

  /** How long a drain waits for the leases to end. Default: 10s. */
  public PoolBuilder<C> drainTimeout(Duration drainTimeout) {
    return set("drainTimeout", drainTimeout);
  }

  /** Whether building the pool waits for min connections and fails without them. Default: false. */
  public PoolBuilder<C> startMustSucceed(boolean startMustSucceed) {
    return set("startMustSucceed", startMustSucceed);
  }

  /**
   * Which of several free connections a caller gets: lifo, fifo, round-robin, least-loaded or
   * random. Default: lifo.
   */
  public PoolBuilder<C> strategy(Selection strategy) {
    ownStrategy = null;
    return set("strategy", strategy);
  }

  /** Has a strategy of your own choose which of several free connections a caller gets. */
  public PoolBuilder<C> strategy(Strategy strategy) {
    ownStrategy = strategy;
    return this;
  }

  /**
   * Whether callers may overtake those who wait: throughput, balanced or strict. Default: balanced.
   */
  public PoolBuilder<C> fairness(Fairness fairness) {
    return set("fairness", fairness);
  }

  /**
   * Leases of one connection at a time, for protocols that carry several conversations; 1 to 4095.
   * Default: 1. For single connections {@link Pool#limitLeases} lowers it while the pool runs.
   */
  public PoolBuilder<C> maxLeasesPerConnection(int maxLeasesPerConnection) {
    return set("maxLeasesPerConnection", maxLeasesPerConnection);
  }

  /**
   * How long a caller with a key waits for the connection that the key used last, before it takes
   * any; 0s: not at all. Default: 0s.
   */
  public PoolBuilder<C> affinityWait(Duration affinityWait) {
    return set("affinityWait", affinityWait);
  }

  /** How long a key may be quiet before its connection is forgotten. Default: 5m. */
  public PoolBuilder<C> affinityTimeout(Duration affinityTimeout) {
    return set("affinityTimeout", affinityTimeout);
  }

  /**
   * Whether the pool keeps as many connections as were lately needed at a time, instead of min;
   * within min and max. Default: false.
   */
  public PoolBuilder<C> adaptive(boolean adaptive) {
    return set("adaptive", adaptive);
  }

  /**
   * How long a lease may be held before it is reported as a leak, with the stack that took it; 0s:
   * leases are not watched. Default: 0s.
   *
   * <p>A watched lease costs a walk up its caller's stack: measured on two busy cores, about 2 µs
   * where the stack is shallow, 4 to 5 µs at thirty frames, more than 20 µs at a hundred, against
   * some 25 ns for a lease that is not watched. A lease that was forgotten altogether, so that
   * nobody can end it any more, is found too once the garbage collector has come by: its connection
   * is closed and its place is free again.
   */
  public PoolBuilder<C> leakThreshold(Duration leakThreshold) {
    return set("leakThreshold", leakThreshold);
  }

  /**
   * Whether a lease held longer than {@code leakThreshold} is ended and its connection closed, even
   * under its holder's hands. Default: false.
   *
   * <p>The danger: a holder that is only slow has its connection closed in the middle of its work,
   * and what became of that work is unknown. Set the threshold far beyond the longest honest use.
   * What the holder does with the lease afterwards does no harm.
   */
  public PoolBuilder<C> leakReclaim(boolean leakReclaim) {
    return set("leakReclaim", leakReclaim);
  }

  /**
   * Builds the pool, which starts to open {@code min} connections in the background.
   *
   * @throws InvalidOptionException when an option, or two together, are not possible
   * @throws EndpointDownException when {@code startMustSucceed} is set and they could not be opened
   */
  public Pool<C> build() {
    PoolOptions options = options();
    ThreadFactory maker = maker();
    SlotPool<C> pool =
        make(
            name,
            options,
            factory,
            new Alarm(clock, maker),
            new Workers(maker, keepThreads),
            Budget.UNBOUNDED);
    pool.start();
    if (options.startMustSucceed()) {
      pool.awaitMin();
    }
    return pool;
  }

  /** A pool as this builder's for each key, with other factories. */
  <K> KeyedPool<K, C> buildKeyed(
      KeyedPoolOptions options, Function<? super K, ? extends ConnectionFactory<C>> factories) {
    ThreadFactory maker = maker();
    Alarm alarm = new Alarm(clock, maker);
    Workers workers = new Workers(maker, keepThreads);
    KeyedSlotPool.PoolMaker<C> pools =
        (poolName, factory, budget) ->
            make(poolName, options.perKey(), factory, alarm, workers, budget);
    KeyedSlotPool<K, C> pool = new KeyedSlotPool<>(name, options, factories, pools, clock, alarm);
    pool.start();
    return pool;
  }

  /** What was set so far. */
  PoolOptions options() {
    return Options.with(base, changes);
  }

  /** For tests, which move time themselves. */
  PoolBuilder<C> clock(Clock clock) {
    this.clock = clock;
    return this;
  }

  /** For tests that want to see the same again: nothing depends on real time or real chance. */
  PoolBuilder<C> simulated(Clock clock, DoubleSupplier random) {
    this.random = random;
    keepThreads = Duration.ZERO;
    return clock(clock);
  }

  private PoolBuilder<C> set(String option, Object value) {
    changes.put(option, value);
    return this;
  }

  private SlotPool<C> make(
      String name,
      PoolOptions options,
      ConnectionFactory<C> factory,
      Alarm alarm,
      Workers workers,
      Budget budget) {
    return new SlotPool<>(
        new Parts<>(
            name,
            options,
            ownStrategy,
            factory,
            clock,
            random,
            alarm,
            workers,
            new SlotTable<>(options.min(), options.max(), options.maxLeasesPerConnection()),
            budget,
            new Counters(),
            new Events(name, listener)));
  }

  private ThreadFactory maker() {
    return threads == null ? daemons(name) : threads;
  }

  private static ThreadFactory daemons(String pool) {
    AtomicInteger made = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "weir-" + pool + "-" + made.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
