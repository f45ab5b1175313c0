package dev.weir.metrics;

import dev.weir.pool.PoolStats.Times;
import java.util.function.Supplier;

/**
 * The sum of all times of a distribution, from its mean. A mean is cut to nanoseconds, so that mean
 * times count can shrink a little from one look to the next; a counter that shrinks reads as one
 * that began anew.
 */
final class TotalTime {
  private final Supplier<Times> times;
  private long lastCount;
  private double lastNanos;

  TotalTime(Supplier<Times> times) {
    this.times = times;
  }

  Times times() {
    return times.get();
  }

  long count() {
    return times.get().count();
  }

  synchronized double nanos() {
    Times now = times.get();
    double nanos = (double) now.mean().toNanos() * now.count();
    boolean beganAnew = now.count() < lastCount;
    lastNanos = beganAnew ? nanos : Math.max(nanos, lastNanos);
    lastCount = now.count();
    return lastNanos;
  }
}
