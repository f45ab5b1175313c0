package dev.weir.gateway.config;

import dev.weir.pool.Option;
import java.time.Duration;

/** The sessions of one server that are kept ready and have never served anybody. */
public record SessionStandbyConfig(
    @Option(
            byDefault = "0",
            about =
                "sessions kept ready although nobody has come for long; none before the first client")
        int min,
    @Option(
            byDefault = "0",
            about =
                "sessions kept ready at most; as many as arrive while one is opened, twice; 0: none")
        int max,
    @Option(
            byDefault = "5m",
            about = "how long after the last session began more than min are kept ready")
        Duration idleTimeout,
    @Option(
            byDefault = "5m",
            about =
                "how old a session may become that is kept ready; the server must not forget it earlier")
        Duration maxLifetime) {
  public SessionStandbyConfig {
    Checks.atLeast("max", max, 0);
    Checks.atLeast("min", min, 0);
    if (min > max) {
      throw new InvalidOptionException("min", min, "at most max, which is " + max);
    }
    Checks.positive("idle-timeout", idleTimeout);
    Checks.positive("max-lifetime", maxLifetime);
  }
}
