package dev.weir.gateway.config;

import dev.weir.pool.Option;
import java.time.Duration;

/** When an endpoint that fails is given no new sessions, and for how long. */
public record EjectionConfig(
    @Option(byDefault = "5", about = "failures in a row that eject an endpoint") int failures,
    @Option(
            byDefault = "30s",
            about = "how long the first ejection lasts; each further one twice as long, up to 5m")
        Duration time) {
  /** What doubling leads to at most. */
  public static final Duration LONGEST = Duration.ofMinutes(5);

  public EjectionConfig {
    Checks.atLeast("failures", failures, 1);
    Checks.positive("time", time);
    if (time.compareTo(LONGEST) > 0) {
      throw new InvalidOptionException(
          "time", Durations.format(time), "at most " + Durations.format(LONGEST));
    }
  }
}
