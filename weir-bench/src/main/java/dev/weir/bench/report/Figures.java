package dev.weir.bench.report;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/** Numbers as people read them: three significant digits, and the unit that fits. */
public final class Figures {
  private Figures() {}

  /** Three significant digits, never an exponent: {@code 0.0123}, {@code 4.56}, {@code 7,890}. */
  public static String plain(double value) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    if (value == 0) {
      return "0";
    }
    double magnitude = Math.floor(Math.log10(Math.abs(value)));
    int decimals = (int) Math.clamp(2 - magnitude, 0, 9);
    double unit = Math.pow(10, magnitude - 2);
    double rounded = magnitude > 2 ? Math.round(value / unit) * unit : value;
    return String.format(Locale.ROOT, "%,." + decimals + "f", rounded);
  }

  /** A multiple of something: {@code 0.98 x}. */
  public static String ratio(double value) {
    return Double.isFinite(value) ? plain(value) + " x" : "–";
  }

  /** A span, given in nanoseconds. */
  public static String nanos(double nanos) {
    if (!Double.isFinite(nanos)) {
      return "–";
    }
    double size = Math.abs(nanos);
    if (size < 1e3) {
      return plain(nanos) + " ns";
    }
    if (size < 1e6) {
      return plain(nanos / 1e3) + " µs";
    }
    return size < 1e10 ? plain(nanos / 1e6) + " ms" : plain(nanos / 1e9) + " s";
  }

  /** A rate per second. */
  public static String perSecond(double rate) {
    if (!Double.isFinite(rate)) {
      return "–";
    }
    return rate < 1e6 ? plain(rate) + "/s" : plain(rate / 1e6) + " M/s";
  }

  /** A share of one, as a percentage. */
  public static String percent(double share) {
    return Double.isFinite(share) ? plain(share * 100) + " %" : "–";
  }

  /** The middle value, or the mean of the two middle ones; not a number when there is none. */
  public static double median(Collection<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int n = sorted.length;
    if (n == 0) {
      return Double.NaN;
    }
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }

  /** The value below or at which {@code share} of the values lie; the values need no order. */
  public static double quantile(double[] values, double share) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(share * sorted.length) - 1;
    return sorted[Math.clamp(rank, 0, sorted.length - 1)];
  }
}
