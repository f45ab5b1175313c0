package dev.weir.http.internal;

import dev.weir.http.HttpOptions;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections of one origin rest, and which of them are too many.
 *
 * <p>A connection that has just come to rest is never too many: under load it is on its way to the
 * next caller, and to close it would make the pool open another. So the bound is for those that
 * have rested for a second. Each is asked about before it is lent, and by the pool's pass; whoever
 * takes it off the count by compare-and-set closes it, so no more go than are too many.
 */
final class IdleLimit {
  /** Counts nothing. */
  static final IdleLimit NONE = new IdleLimit(Integer.MAX_VALUE);

  private static final long SHORT_REST = 1_000_000_000L;

  private final int max;
  private final AtomicInteger resting = new AtomicInteger();

  private IdleLimit(int max) {
    this.max = max;
  }

  /** One for one origin; nobody counts where nobody asked for a bound. */
  static IdleLimit of(HttpOptions options) {
    return options.maxIdle() == 0 ? NONE : new IdleLimit(options.maxIdle());
  }

  void joined() {
    if (this != NONE) {
      resting.incrementAndGet();
    }
  }

  void left() {
    if (this != NONE) {
      resting.decrementAndGet();
    }
  }

  /** Whether a connection that has rested for so long has to go; it is off the count then. */
  boolean sheds(long restedNanos) {
    if (restedNanos < SHORT_REST) {
      return false;
    }
    for (int seen = resting.get(); seen > max; seen = resting.get()) {
      if (resting.compareAndSet(seen, seen - 1)) {
        return true;
      }
    }
    return false;
  }
}
