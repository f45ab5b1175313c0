package dev.weir.gateway.lease;

import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Those of an upstream's standby that are equally far: greeted, or only started. A pool out of
 * which each is taken once, and in whose line clients wait for one that is opened for them.
 *
 * <p>Thread-safe. One that has ended before anybody came is left where it is and not given out.
 */
final class StandbyTier implements AutoCloseable {
  /** Starts that may be under way for each processor: some do nothing but wait. */
  private static final int STARTS_EACH = 16;

  /** For how long one more than wanted may stay. */
  private static final Duration SURPLUS_STAYS = Duration.ofSeconds(10);

  /** A party for each that is open and waits for its client, and one for who closes this. */
  private final Phaser waiting = new Phaser(1);

  private final Pool<StandbySession> pool;
  private final int starts = STARTS_EACH * Runtime.getRuntime().availableProcessors();
  private volatile int most;

  /**
   * @param upstream its name
   * @param tier what they are
   * @param open opens one
   * @param isUsable whether one may still be given out
   * @param startTimeout how long a client waits for one
   * @param maxWaiting clients that may wait
   */
  StandbyTier(
      String upstream,
      String tier,
      Callable<StandbySession> open,
      Predicate<StandbySession> isUsable,
      StandbyBounds bounds,
      Duration startTimeout,
      int maxWaiting,
      MeterRegistry meters) {
    most = bounds.max();
    pool =
        Pool.builder(new Factory(open, isUsable))
            .name(upstream + "-" + tier)
            .min(0)
            .max(most + starts)
            .openParallelism(starts) // which of them goes first, the governor says
            .openTimeout(startTimeout.multipliedBy(2))
            .acquireTimeout(startTimeout)
            .maxWaiters(maxWaiting)
            .maxRetries(0)
            .breakerThreshold(1)
            .idleTimeout(SURPLUS_STAYS)
            .maxLifetime(bounds.maxLifetime())
            .evictionInterval(bounds.lookForOld())
            .keepAliveInterval(Duration.ZERO)
            .build();
    Gauge.builder("weir.upstream.standby", this::ready)
        .description("Processes or sessions that are ready and have never served anybody")
        .tag("upstream", upstream)
        .tag("tier", tier)
        .register(meters);
  }

  private final class Factory implements ConnectionFactory<StandbySession> {
    private final Callable<StandbySession> open;
    private final Predicate<StandbySession> isUsable;

    Factory(Callable<StandbySession> open, Predicate<StandbySession> isUsable) {
      this.open = open;
      this.isUsable = isUsable;
    }

    @Override
    public StandbySession open() throws Exception {
      StandbySession opened = open.call();
      waiting.register();
      return opened;
    }

    @Override
    public boolean isUsable(StandbySession session) {
      return !session.hasEnded() && isUsable.test(session);
    }

    @Override
    public void close(StandbySession session) {
      try {
        session.close();
      } finally {
        waiting.arriveAndDeregister();
      }
    }
  }

  /** How many are ready. */
  int ready() {
    return pool.stats().idle();
  }

  /** One that is ready; null when there is none. */
  @Nullable StandbySession takeReady() {
    Lease<StandbySession> ready = pool.tryAcquire();
    return ready == null ? null : taken(ready);
  }

  /**
   * The next one, ready or opened for who asks: first come, first served.
   *
   * @throws PoolException when there was none in time, or none can be opened
   */
  StandbySession takeNext() throws InterruptedException {
    return taken(pool.acquire());
  }

  /** It waits no more: it is its client's. */
  private StandbySession taken(Lease<StandbySession> lease) {
    StandbySession session = lease.detach();
    waiting.arriveAndDeregister();
    return session;
  }

  /** How many are kept ready. */
  int kept() {
    return pool.options().min();
  }

  /** Keeps so many ready from now on. */
  void keep(int number) {
    int max = most + starts;
    if (kept() != number || pool.options().max() != max) {
      pool.resize(Math.min(number, max), max);
    }
  }

  /** So many may be kept from the next {@link #keep} on, which comes soon. */
  void bound(int max) {
    most = max;
  }

  /** Ends those that wait; others come in their place. */
  void renew() {
    pool.evictAll();
  }

  /** Begins to end what waits. */
  @Override
  public void close() {
    pool.close();
  }

  /** Returns when what waited has ended, or at the deadline, once this was closed. */
  void awaitEnd(long deadline) throws InterruptedException {
    try {
      long left = Math.max(0, deadline - System.nanoTime());
      waiting.awaitAdvanceInterruptibly(waiting.arrive(), left, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // Its upstream ends it, or lets it expire.
    }
  }
}
