package dev.weir.pool.internal.time;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * Pauses between tries: each twice the one before, up to a longest, less up to half at random so
 * that many clients do not come in step.
 */
public final class Backoff {
  private static final int MOST_DOUBLINGS = 40;

  private final long first;
  private final long longest;
  private final DoubleSupplier random;

  /**
   * @param random numbers from 0 (inclusive) to 1
   */
  public Backoff(Duration first, Duration longest, DoubleSupplier random) {
    this.first = Deadline.nanos(first);
    this.longest = Deadline.nanos(longest);
    this.random = random;
  }

  /** The pause, in nanoseconds, after {@code failures} tries in a row have failed; 1 or more. */
  public long pause(int failures) {
    int doublings = Math.min(failures - 1, MOST_DOUBLINGS);
    long full = first > longest >> doublings ? longest : first << doublings;
    return full - (long) (random.getAsDouble() * full / 2);
  }
}
