package dev.weir.metrics;

import dev.weir.metrics.MeterNames.PoolMeter;
import dev.weir.pool.PoolEvent;
import dev.weir.pool.PoolStats;
import dev.weir.pool.PoolStats.Times;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one pool in one registry. One thread at a time registers and removes them; events
 * come from any.
 */
final class BoundMeters {
  private final MeterRegistry registry;
  private final MeterNames names;
  private final Tags pool;
  private final List<Meter> registered = new ArrayList<>();
  private final Lock oneFeeds = new ReentrantLock();
  private volatile @Nullable EventMeters events;
  private boolean closed;
  private volatile @Nullable KeyMeters keys;

  BoundMeters(MeterRegistry registry, MeterNames names, String poolName) {
    this.registry = registry;
    this.names = names;
    this.pool = Tags.of(names.pool(), poolName);
  }

  boolean isIn(MeterRegistry other) {
    return registry == other;
  }

  /** Counts an event. Its meters are there from the first one on: a pool may tell nobody. */
  void count(PoolEvent event) {
    EventMeters fed = events;
    if (fed == null) {
      fed = startToCount();
    }
    if (fed != null) {
      fed.count(event);
    }
  }

  private @Nullable EventMeters startToCount() {
    oneFeeds.lock();
    try {
      if (events == null && !closed) {
        events = new EventMeters(registry, names, pool);
      }
      return events;
    } finally {
      oneFeeds.unlock();
    }
  }

  /** Registers those that show the pool's statistics. */
  void show(Supplier<PoolView> view, boolean byKey) {
    if (byKey) {
      keys = new KeyMeters(registry, names, pool, () -> view.get().byKey());
    } else {
      gauge(PoolMeter.COUNT, Tags.of(names.state(), "idle"), view, PoolStats::idle);
      gauge(PoolMeter.COUNT, Tags.of(names.state(), "used"), view, PoolStats::active);
      gauge(PoolMeter.PENDING_REQUESTS, Tags.empty(), view, PoolStats::pending);
    }
    gauge(PoolMeter.IDLE_MAX, Tags.empty(), view, PoolStats::maxSize);
    gauge(PoolMeter.IDLE_MIN, Tags.empty(), view, PoolStats::minSize);
    gauge(PoolMeter.MAX, Tags.empty(), view, PoolStats::maxSize);
    gauge(PoolMeter.OPENING, Tags.empty(), view, PoolStats::opening);
    gauge(PoolMeter.ENDPOINTS_DOWN, Tags.empty(), view, PoolStats::endpointsDown);
    counter(PoolMeter.TIMEOUTS, view, PoolStats::timedOutAcquires);
    counter(PoolMeter.OPENED, view, PoolStats::created);
    counter(PoolMeter.CLOSED, view, PoolStats::destroyed);
    counter(PoolMeter.OPEN_FAILURES, view, PoolStats::failedOpens);
    counter(PoolMeter.CHECK_FAILURES, view, PoolStats::checkFailures);
    counter(PoolMeter.ACQUIRE_FAILURES, view, PoolStats::failedAcquires);
    times(PoolMeter.WAIT_TIME, PoolMeter.WAIT_TIME_QUANTILE, view, PoolStats::acquireTime);
    times(PoolMeter.USE_TIME, PoolMeter.USE_TIME_QUANTILE, view, PoolStats::holdTime);
  }

  /** Has gauges for these keys; without effect unless the meters are by key. */
  void showKeys(Set<String> labels) {
    KeyMeters shown = keys;
    if (shown != null) {
      shown.show(labels);
    }
  }

  /** Removes them all. */
  void close() {
    KeyMeters shown = keys;
    if (shown != null) {
      shown.close();
    }
    registered.forEach(registry::remove);
    registered.clear();
    oneFeeds.lock();
    try {
      closed = true;
      if (events != null) {
        events.close();
      }
    } finally {
      oneFeeds.unlock();
    }
  }

  private <M extends Meter> M keep(M meter) {
    registered.add(meter);
    return meter;
  }

  private void gauge(
      PoolMeter meter, Tags more, Supplier<PoolView> view, ToIntFunction<PoolStats> value) {
    keep(
        Gauge.builder(names.of(meter), () -> value.applyAsInt(view.get().stats()))
            .description(meter.about())
            .tags(pool.and(more))
            .register(registry));
  }

  private void counter(PoolMeter meter, Supplier<PoolView> view, ToLongFunction<PoolStats> value) {
    keep(
        FunctionCounter.builder(
                names.of(meter), view, from -> value.applyAsLong(from.get().stats()))
            .description(meter.about())
            .tags(pool)
            .register(registry));
  }

  private void times(
      PoolMeter timer,
      PoolMeter quantiles,
      Supplier<PoolView> view,
      Function<PoolStats, Times> times) {
    // A counter and a timer hold what they count only weakly. The gauges hold it for them.
    TotalTime total = new TotalTime(() -> times.apply(view.get().stats()));
    keep(
        FunctionTimer.builder(
                names.of(timer), total, TotalTime::count, TotalTime::nanos, TimeUnit.NANOSECONDS)
            .description(timer.about())
            .tags(pool)
            .register(registry));
    quantile(quantiles, "0.5", () -> total.times().p50());
    quantile(quantiles, "0.95", () -> total.times().p95());
    quantile(quantiles, "0.99", () -> total.times().p99());
  }

  private void quantile(PoolMeter meter, String quantile, Supplier<Duration> value) {
    keep(
        TimeGauge.builder(names.of(meter), () -> value.get().toNanos(), TimeUnit.NANOSECONDS)
            .description(meter.about())
            .tags(pool.and(names.quantile(), quantile))
            .register(registry));
  }
}
