package dev.weir.gateway.ledger;

import dev.weir.mcp.UpstreamUnavailableException;
import java.time.Duration;

/**
 * Refused because of a limit, before anything was begun: it may be tried again, but not at once.
 */
public final class LimitReachedException extends UpstreamUnavailableException {
  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  public LimitReachedException(String message, Duration retryAfter) {
    super(message, null);
    this.retryAfter = retryAfter;
  }

  /** When it may be worth another try. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
