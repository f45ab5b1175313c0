package dev.weir.pool.internal.time;

import java.time.Instant;

/** Time as the pool sees it. Tests put a clock in that they move themselves. */
public interface Clock {
  /** The time of the machine. */
  static Clock system() {
    return SystemClock.INSTANCE;
  }

  /** Nanoseconds since some moment; costs as much as {@link System#nanoTime}. */
  long nanos();

  /** The same, but up to some milliseconds late and nearly free: for the path of every acquire. */
  long coarseNanos();

  /**
   * Parks the calling thread until the deadline, an unpark or an interrupt; may return early for no
   * reason.
   */
  void park(Object blocker, long deadline);

  /** The date of a moment that {@link #nanos} told. */
  Instant instantOf(long nanos);
}
