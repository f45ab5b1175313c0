package dev.weir.pool.kit;

import static org.awaitility.Awaitility.await;

import dev.weir.pool.ClockDoor;
import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.KeyedPool;
import dev.weir.pool.KeyedPoolBuilder;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolBuilder;
import java.time.Duration;
import java.util.function.Function;
import org.awaitility.Awaitility;

/**
 * What most tests of a pool need: builders on a clock that stands still, and callers in the
 * background.
 */
public final class PoolKit {
  static {
    // Most conditions hold within microseconds; the default of 100 ms would be most of the time
    // that tests take.
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(2));
    // Only a test that fails waits so long; a busy machine may take its time.
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
  }

  private final ManualClock clock = new ManualClock();

  public ManualClock clock() {
    return clock;
  }

  /** A pool named "search" that opens nothing by itself, and whose time is {@link #clock}'s. */
  public <C> PoolBuilder<C> pool(ConnectionFactory<C> factory) {
    return ClockDoor.withClock(Pool.builder(factory), clock).name("search").min(0);
  }

  /** A keyed pool on the same clock. */
  public <K, C> KeyedPoolBuilder<K, C> keyed(
      Function<? super K, ? extends ConnectionFactory<C>> factories) {
    return ClockDoor.withClock(KeyedPool.<K, C>builder(factories), clock).name("origins");
  }

  public void advance(Duration span) {
    clock.advance(span);
  }

  /** Acquires on another thread; returns when that caller waits or has its answer. */
  public <C> Background<Lease<C>> acquireInBackground(Pool<C> pool, Duration timeout) {
    return Background.start(() -> pool.acquire(timeout)).untilParkedOn(clock);
  }

  /** Waits until {@code n} connections are idle. */
  public void awaitIdle(Pool<?> pool, int n) {
    await().until(() -> pool.stats().idle() == n);
  }
}
