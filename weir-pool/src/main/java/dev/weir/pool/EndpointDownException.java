package dev.weir.pool;

import org.jspecify.annotations.Nullable;

/**
 * Opening keeps failing, and there is no connection left to wait for. The cause is the first
 * failure of this outage; the message says how long it lasts and when the pool tries again.
 */
public final class EndpointDownException extends PoolException {
  private static final long serialVersionUID = 1L;

  public EndpointDownException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
