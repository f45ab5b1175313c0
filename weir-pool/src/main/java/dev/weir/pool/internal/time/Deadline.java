package dev.weir.pool.internal.time;

import java.time.Duration;

/**
 * Arithmetic on the nanoseconds of a {@link Clock}, where a deadline is a point and may lie beyond
 * the overflow of a long.
 */
public final class Deadline {
  /** What stands for ever. */
  public static final Duration LONGEST = Duration.ofDays(36_500);

  private Deadline() {}

  /** The point that is {@code span} after {@code now}; a hundred years at most. */
  public static long after(long now, Duration span) {
    return now + nanos(span);
  }

  /** The length of {@code span}, negative ones as zero. */
  public static long nanos(Duration span) {
    if (span.isNegative()) {
      return 0;
    }
    return span.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : span.toNanos();
  }

  /** Whether {@code now} has reached {@code deadline}. */
  public static boolean passed(long deadline, long now) {
    return now - deadline >= 0;
  }

  /** The later of two points. */
  public static long later(long one, long other) {
    return one - other >= 0 ? one : other;
  }
}
