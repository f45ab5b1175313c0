package dev.weir.metrics;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jfr.SettingControl;

/**
 * The setting {@code waitThreshold} of the event {@code dev.weir.pool.AcquireWait}: a span such as
 * {@code 10 ms}. Of several recordings the lowest is in force; what cannot be read counts as the
 * default. Made by Flight Recorder.
 */
final class WaitThreshold extends SettingControl {
  private static final String DEFAULT = "10 ms";
  private static final Pattern SPAN = Pattern.compile("\\s*(\\d{1,12})\\s*(ns|us|ms|s|m|h|d)\\s*");
  private static final Map<String, TimeUnit> UNITS =
      Map.of(
          "ns", TimeUnit.NANOSECONDS,
          "us", TimeUnit.MICROSECONDS,
          "ms", TimeUnit.MILLISECONDS,
          "s", TimeUnit.SECONDS,
          "m", TimeUnit.MINUTES,
          "h", TimeUnit.HOURS,
          "d", TimeUnit.DAYS);

  private volatile String value = DEFAULT;
  private volatile long nanos = nanos(DEFAULT);

  boolean isReachedBy(long waited) {
    return waited >= nanos;
  }

  @Override
  public String combine(Set<String> settings) {
    String lowest = null;
    for (String each : settings) {
      if (lowest == null || nanos(each) < nanos(lowest)) {
        lowest = each;
      }
    }
    return lowest == null ? DEFAULT : lowest;
  }

  @Override
  public void setValue(String setting) {
    value = setting;
    nanos = nanos(setting);
  }

  @Override
  public String getValue() {
    return value;
  }

  private static long nanos(String span) {
    Matcher matcher = SPAN.matcher(span);
    if (!matcher.matches()) {
      return nanos(DEFAULT);
    }
    TimeUnit unit = UNITS.getOrDefault(matcher.group(2), TimeUnit.MILLISECONDS);
    return unit.toNanos(Long.parseLong(matcher.group(1)));
  }
}
