package dev.weir.gateway.config;

import dev.weir.pool.Option;
import java.time.Duration;

/** Clients of the modern era, which have no sessions: what is kept for their requests. */
public record ModernConfig(
    @Option(
            byDefault = "1m",
            live = true,
            about =
                "how long an upstream session stays that a request has opened, until its handle is brought back; then sessions.idle-timeout holds")
        Duration idleTimeout,
    @Option(
            byDefault = "10m",
            live = true,
            about = "how long a call waits for its client to answer the server's questions")
        Duration answerTimeout,
    @Option(
            byDefault = "30s",
            live = true,
            about = "how long clients may keep a list, as the gateway does")
        Duration listTtl) {
  public ModernConfig {
    Checks.positive("idle-timeout", idleTimeout);
    Checks.positive("answer-timeout", answerTimeout);
    Checks.positive("list-ttl", listTtl);
  }
}
