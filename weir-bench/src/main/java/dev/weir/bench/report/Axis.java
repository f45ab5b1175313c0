package dev.weir.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where a value lies on an axis, as a share of its length; and where its ticks are. */
record Axis(double low, double high, boolean log) {

  /** A linear axis from zero, or a logarithmic one over whole decades, that shows all values. */
  static Axis over(List<Double> values, boolean log) {
    return over(values, log, 1);
  }

  /** The same, with room for a bar of the smallest value. */
  static Axis forBars(List<Double> values, boolean log) {
    return over(values, log, 1.3);
  }

  private static Axis over(List<Double> values, boolean log, double room) {
    double[] shown =
        values.stream()
            .mapToDouble(Double::doubleValue)
            .filter(v -> Double.isFinite(v) && (!log || v > 0))
            .toArray();
    double max = 0;
    double min = Double.MAX_VALUE;
    for (double v : shown) {
      max = Math.max(max, v);
      min = Math.min(min, v);
    }
    if (max <= 0) {
      return new Axis(log ? 0.1 : 0, 1, log);
    }
    if (log) {
      double low = Math.pow(10, Math.floor(Math.log10(min) + 1e-9));
      double high = Math.pow(10, Math.ceil(Math.log10(max) - 1e-9));
      return new Axis(
          room > 1 && min < low * room ? low / 10 : low, Math.max(high, low * 10), true);
    }
    double step = step(max);
    return new Axis(0, Math.ceil(max / step - 1e-9) * step, false);
  }

  double share(double value) {
    double share =
        log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    return Math.clamp(share, 0, 1);
  }

  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (log) {
      int decades = (int) Math.round(Math.log10(high / low));
      int stride = Math.max(1, (decades + 7) / 8);
      for (int i = 0; i <= decades; i += stride) {
        ticks.add(low * Math.pow(10, i));
      }
    } else {
      double step = step(high);
      for (int i = 0; i * step <= high * (1 + 1e-9); i++) {
        ticks.add(i * step);
      }
    }
    return ticks;
  }

  /** Short: {@code 0.01}, {@code 20}, {@code 5k}, {@code 100M}. */
  static String label(double value) {
    double size = Math.abs(value);
    if (size >= 1e9) {
      return trimmed(value / 1e9) + "G";
    }
    if (size >= 1e6) {
      return trimmed(value / 1e6) + "M";
    }
    return size >= 1e4 ? trimmed(value / 1e3) + "k" : trimmed(value);
  }

  /** 1, 2 or 5 times a power of ten, so that there are four to eight ticks. */
  private static double step(double max) {
    double rough = max / 5;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double lead = rough / power;
    return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
  }

  private static String trimmed(double value) {
    String text = String.format(Locale.ROOT, "%.6f", value);
    return text.replaceFirst("\\.?0+$", "");
  }
}
