package dev.weir.gateway.cli;

import java.time.Duration;
import java.util.Locale;

/** Numbers as one reads them at a glance: three digits, and a unit. */
final class Figures {
  /** Stands where there is nothing to tell. */
  static final String NOTHING = "–";

  private static final long DAY = 24 * 3600;

  private Figures() {}

  static String count(double number) {
    return String.format(Locale.ROOT, "%,d", Math.round(number));
  }

  static String rate(double perSecond) {
    if (Double.isNaN(perSecond)) {
      return NOTHING;
    }
    return perSecond > 0 && perSecond < 10
        ? String.format(Locale.ROOT, "%.1f", perSecond)
        : count(perSecond);
  }

  /** A time that something took. */
  static String seconds(double seconds) {
    if (Double.isNaN(seconds)) {
      return NOTHING;
    }
    if (seconds < 1) {
      double millis = seconds * 1000;
      return String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis);
    }
    return String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
  }

  /** A time that has gone by, in its two largest units. */
  static String age(Duration age) {
    long seconds = age.toSeconds();
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return seconds / 60 + " m " + seconds % 60 + " s";
    }
    return seconds < DAY
        ? seconds / 3600 + " h " + seconds % 3600 / 60 + " m"
        : seconds / DAY + " d " + seconds % DAY / 3600 + " h";
  }

  static String bytes(long bytes) {
    double mebibytes = bytes / (double) (1 << 20);
    return mebibytes < 1024
        ? Math.round(mebibytes) + " MiB"
        : String.format(Locale.ROOT, "%.1f GiB", mebibytes / 1024);
  }
}
