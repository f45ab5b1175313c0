package dev.weir.gateway.config;

import dev.weir.pool.Option;
import java.time.Duration;

/** The processes of one upstream that are kept ready and have never served anybody. */
public record StandbyConfig(
    @Option(byDefault = "0", about = "processes kept ready although nobody has come for long")
        int min,
    @Option(
            byDefault = "4",
            about =
                "processes kept ready at most; as many as arrive while one starts, twice; 0: none")
        int max,
    @Option(
            byDefault = "1GiB",
            about = "what the processes kept ready may take together, measured from those that run")
        ByteSize memory,
    @Option(
            byDefault = "5m",
            about = "how long after the last session began more than min are kept ready")
        Duration idleTimeout) {
  public StandbyConfig {
    Checks.atLeast("max", max, 0);
    Checks.atLeast("min", min, 0);
    if (min > max) {
      throw new InvalidOptionException("min", min, "at most max, which is " + max);
    }
    Checks.positive("idle-timeout", idleTimeout);
  }
}
