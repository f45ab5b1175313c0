package dev.weir.pool;

import org.jspecify.annotations.Nullable;

/** Refused at once: as many callers as {@code maxWaiters} allows wait already. */
public final class TooManyWaitersException extends PoolException {
  private static final long serialVersionUID = 1L;

  public TooManyWaitersException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
