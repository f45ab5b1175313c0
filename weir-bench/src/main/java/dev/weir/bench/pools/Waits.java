package dev.weir.bench.pools;

/**
 * How long the callers of one thread waited: counts in buckets that are six percent wide, so that a
 * record costs a few nanoseconds and no allocation. For one thread at a time.
 */
final class Waits {
  private static final int STEPS = 16;
  private static final int SHIFT = 4;

  private final int[] counts = new int[STEPS * (64 - SHIFT)];
  private long max;

  void record(long nanos) {
    long value = Math.max(nanos, 0);
    counts[bucket(value)]++;
    max = Math.max(max, value);
  }

  void add(Waits other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    max = Math.max(max, other.max);
  }

  long max() {
    return max;
  }

  /** The middle of the bucket that has the value below or at which {@code share} of them lie. */
  double quantile(double share) {
    long total = 0;
    for (int count : counts) {
      total += count;
    }
    if (total == 0) {
      return Double.NaN;
    }
    long rank = Math.max(1, (long) Math.ceil(share * total));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return Math.min((low(i) + low(i + 1)) / 2, max);
      }
    }
    return max;
  }

  private static int bucket(long value) {
    if (value < STEPS) {
      return (int) value;
    }
    int power = 63 - Long.numberOfLeadingZeros(value);
    return (power - SHIFT + 1) * STEPS + (int) ((value >>> (power - SHIFT)) & (STEPS - 1));
  }

  /** The smallest value of a bucket. */
  private static double low(int bucket) {
    if (bucket < STEPS) {
      return bucket;
    }
    int power = bucket / STEPS - 1 + SHIFT;
    return (double) (STEPS + bucket % STEPS) * (1L << (power - SHIFT));
  }
}
