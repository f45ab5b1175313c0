package dev.weir.gateway.ledger;

import dev.weir.mcp.UpstreamUnavailableException;
import java.time.Duration;

/**
 * Refused because of a limit, before anything was begun: it may be tried again, but not at once.
 */
public final class LimitReachedException extends UpstreamUnavailableException {
  private static final long serialVersionUID = 1L;

  /** Whose limit it is. */
  public enum Limit {
    /** Sessions of all clients. */
    SESSIONS,
    /** Sessions of one client. */
    IDENTITY,
    /** Requests of one client on one route. */
    CALLS,
    /** Sessions that use one upstream. */
    UPSTREAM,
    /** What the machine has. */
    MACHINE
  }

  private final Limit limit;
  private final Duration retryAfter;

  public LimitReachedException(Limit limit, String message, Duration retryAfter) {
    super(message, null);
    this.limit = limit;
    this.retryAfter = retryAfter;
  }

  public Limit limit() {
    return limit;
  }

  /** When it may be worth another try. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
