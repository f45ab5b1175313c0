package dev.weir.pool.internal.stats;

import dev.weir.pool.PoolStats.Times;
import java.time.Duration;

/** What a {@link Histogram} held at one moment. Distributions can be added up. */
public final class Distribution {
  private final long[] counts;
  private final long sum;
  private final long longest;

  Distribution(long[] counts, long sum, long longest) {
    this.counts = counts;
    this.sum = sum;
    this.longest = longest;
  }

  long count() {
    long count = 0;
    for (long n : counts) {
      count += n;
    }
    return count;
  }

  Distribution plus(Distribution other) {
    long[] both = counts.clone();
    for (int i = 0; i < both.length; i++) {
      both[i] += other.counts[i];
    }
    return new Distribution(both, sum + other.sum, Math.max(longest, other.longest));
  }

  /** This one with {@code zeros} times of length zero, which were not recorded. */
  Distribution withZeros(long zeros) {
    long[] more = counts.clone();
    more[0] += Math.max(0, zeros);
    return new Distribution(more, sum, longest);
  }

  Times times() {
    long count = count();
    Duration mean = Duration.ofNanos(count == 0 ? 0 : sum / count);
    return new Times(
        count,
        mean,
        percentile(count, 0.50),
        percentile(count, 0.95),
        percentile(count, 0.99),
        Duration.ofNanos(longest));
  }

  private Duration percentile(long count, double part) {
    long rank = (long) Math.ceil(count * part);
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return Duration.ofNanos(Math.min(Histogram.upperEnd(i), longest));
      }
    }
    return Duration.ofNanos(longest);
  }
}
