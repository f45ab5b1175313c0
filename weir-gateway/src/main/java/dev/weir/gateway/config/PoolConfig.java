package dev.weir.gateway.config;

import dev.weir.pool.Option;
import java.time.Duration;

/** The pooled sockets of one upstream's origin. Streams that stay open are not among them. */
public record PoolConfig(
    @Option(byDefault = "0", about = "connections kept open, idle or leased; 0 to max") int min,
    @Option(byDefault = "20", about = "connections at most, those being opened included") int max,
    @Option(
            byDefault = "5s",
            about = "a call's longest wait for a connection, opening included; 0s: never wait")
        Duration acquireTimeout,
    @Option(byDefault = "50", about = "calls that may wait; a further one is refused at once")
        int maxWaiters,
    @Option(byDefault = "5m", about = "how long a connection beyond min may be idle; 0s: for ever")
        Duration idleTimeout,
    @Option(byDefault = "30m", about = "age at which a connection retires; 0s: never")
        Duration maxLifetime) {
  public PoolConfig {
    Checks.atLeast("max", max, 1);
    Checks.atLeast("min", min, 0);
    if (min > max) {
      throw new InvalidOptionException("min", min, "at most max, which is " + max);
    }
    Checks.atLeast("max-waiters", maxWaiters, 0);
  }
}
