package dev.weir.bench.workloads;

import java.util.Arrays;
import java.util.Collection;

/**
 * Times in nanoseconds, all of them kept: a workload has some hundred thousand, and so its
 * percentiles are exact. One writer.
 */
public final class Samples {
  private long[] values = new long[64];
  private int count;

  public void add(long value) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = value;
  }

  public int count() {
    return count;
  }

  /** All of these, in ascending order. */
  public static Sorted merged(Collection<Samples> parts) {
    long[] all = new long[parts.stream().mapToInt(part -> part.count).sum()];
    int filled = 0;
    for (Samples part : parts) {
      System.arraycopy(part.values, 0, all, filled, part.count);
      filled += part.count;
    }
    Arrays.sort(all);
    return new Sorted(all);
  }

  /** Ascending. */
  public static final class Sorted {
    private final long[] values;

    private Sorted(long[] values) {
      this.values = values;
    }

    public int count() {
      return values.length;
    }

    /** NaN when there is none. */
    public double mean() {
      return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /** The least value that {@code share} of all do not exceed; NaN when there is none. */
    public double percentile(double share) {
      if (values.length == 0) {
        return Double.NaN;
      }
      int rank = (int) Math.ceil(share * values.length);
      return values[Math.max(0, Math.min(values.length, rank) - 1)];
    }
  }
}
