package dev.weir.pool.internal.stats;

import dev.weir.pool.internal.slot.Homes;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts times in buckets that are an eighth of a power of two wide, so that a percentile is at
 * most 12.5 % too high. Recording is one or two atomic additions on a stripe that few threads
 * share.
 */
final class Histogram {
  private static final int FRACTION_BITS = 3;
  private static final int FRACTIONS = 1 << FRACTION_BITS;

  /** Up to 2^47 ns, which is 39 hours; longer times go into the last bucket. */
  private static final int BUCKETS = (47 - FRACTION_BITS + 1) * FRACTIONS;

  /** Behind the buckets of a stripe: the sum, and the longest. */
  private static final int SUM = BUCKETS;

  private static final int LONGEST = BUCKETS + 1;
  private static final int FIELDS = BUCKETS + 2;

  private final AtomicLongArray[] stripes;

  Histogram() {
    int cpus = Runtime.getRuntime().availableProcessors();
    stripes = new AtomicLongArray[Math.min(8, cpus)];
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = new AtomicLongArray(FIELDS);
    }
  }

  void record(long nanos) {
    long time = Math.max(0, nanos);
    AtomicLongArray stripe = stripes[Homes.place(stripes.length)];
    stripe.getAndIncrement(bucket(time));
    if (time > 0) {
      stripe.getAndAdd(SUM, time);
      for (long seen = stripe.get(LONGEST); time > seen; seen = stripe.get(LONGEST)) {
        if (stripe.compareAndSet(LONGEST, seen, time)) {
          return;
        }
      }
    }
  }

  /** What was recorded so far. */
  Distribution snapshot() {
    long[] counts = new long[BUCKETS];
    long sum = 0;
    long longest = 0;
    for (AtomicLongArray stripe : stripes) {
      for (int i = 0; i < BUCKETS; i++) {
        counts[i] += stripe.get(i);
      }
      sum += stripe.get(SUM);
      longest = Math.max(longest, stripe.get(LONGEST));
    }
    return new Distribution(counts, sum, longest);
  }

  static int bucket(long nanos) {
    if (nanos < FRACTIONS) {
      return (int) nanos;
    }
    int power = 63 - Long.numberOfLeadingZeros(nanos);
    int fraction = (int) (nanos >>> (power - FRACTION_BITS)) & (FRACTIONS - 1);
    return Math.min(((power - FRACTION_BITS + 1) << FRACTION_BITS) + fraction, BUCKETS - 1);
  }

  /** The longest time that falls into the bucket. */
  static long upperEnd(int bucket) {
    if (bucket < FRACTIONS) {
      return bucket;
    }
    int power = (bucket >> FRACTION_BITS) + FRACTION_BITS - 1;
    long fraction = bucket & (FRACTIONS - 1);
    return ((FRACTIONS + fraction + 1) << (power - FRACTION_BITS)) - 1;
  }
}
