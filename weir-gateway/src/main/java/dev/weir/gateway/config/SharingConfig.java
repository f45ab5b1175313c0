package dev.weir.gateway.config;

import dev.weir.pool.Option;
import java.time.Duration;

/** The upstream sessions that several client sessions share; not read under {@code dedicated}. */
public record SharingConfig(
    @Option(byDefault = "100", about = "client sessions on one upstream session at most")
        int clients,
    @Option(
            byDefault = "32",
            about =
                "calls in flight on one upstream session at most; one client may hold half of them")
        int calls,
    @Option(
            byDefault = "1m",
            about = "how long an upstream session stays open when its last client has left")
        Duration idleTimeout) {
  public SharingConfig {
    Checks.atLeast("clients", clients, 1);
    Checks.atMost("clients", clients, 4095);
    Checks.atLeast("calls", calls, 1);
    Checks.positive("idle-timeout", idleTimeout);
  }

  /** Every option at its default. */
  public static SharingConfig defaults() {
    return RecordBinder.defaults(SharingConfig.class);
  }
}
