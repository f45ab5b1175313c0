package dev.weir.pool;

import org.jspecify.annotations.Nullable;

/** No connection came free in time. The cause is the last failed open, when that may be why. */
public final class AcquireTimeoutException extends PoolException {
  private static final long serialVersionUID = 1L;

  public AcquireTimeoutException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
