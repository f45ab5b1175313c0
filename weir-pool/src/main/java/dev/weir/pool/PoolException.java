package dev.weir.pool;

import org.jspecify.annotations.Nullable;

/**
 * A pool could not do what it was asked; each situation has its own subtype. The message names the
 * pool and its counts.
 */
public abstract sealed class PoolException extends RuntimeException
    permits AcquireTimeoutException,
        TooManyWaitersException,
        EndpointDownException,
        PoolClosedException {
  private static final long serialVersionUID = 1L;

  PoolException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
