package dev.weir.pool;

import org.jspecify.annotations.Nullable;

/** The pool is closed or being drained and lends no more. */
public final class PoolClosedException extends PoolException {
  private static final long serialVersionUID = 1L;

  public PoolClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
