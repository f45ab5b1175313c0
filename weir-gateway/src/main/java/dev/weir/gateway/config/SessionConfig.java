package dev.weir.gateway.config;

import dev.weir.pool.Option;
import java.time.Duration;

/** The conversations of clients with the gateway. */
public record SessionConfig(
    @Option(
            byDefault = "1000",
            live = true,
            about = "client sessions at most; further ones are refused at once")
        int max,
    @Option(
            byDefault = "0",
            live = true,
            about = "client sessions of one identity at most; 0: as many as all may have together")
        int maxPerIdentity,
    @Option(
            byDefault = "30m",
            live = true,
            about =
                "how long a client may be silent, with no call in flight, before its session ends")
        Duration idleTimeout,
    @Option(
            byDefault = "24h",
            live = true,
            about =
                "age at which a session ends, as soon as no call of it is in flight; each gets up to 10 % less")
        Duration maxLifetime) {
  public SessionConfig {
    Checks.atLeast("max", max, 1);
    Checks.atLeast("max-per-identity", maxPerIdentity, 0);
    Checks.positive("idle-timeout", idleTimeout);
    Checks.positive("max-lifetime", maxLifetime);
  }
}
