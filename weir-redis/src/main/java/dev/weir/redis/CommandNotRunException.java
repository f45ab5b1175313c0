package dev.weir.redis;

import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * The command surely did not run: no connection could be had, or it failed before the server had
 * the whole command. Trying again does no harm. When there was no connection, the cause is the
 * {@link dev.weir.pool.PoolException}, whose own cause is the last failed open.
 *
 * <p>To Jedis it is a failed connection, so that its own executors try again too.
 */
public final class CommandNotRunException extends JedisConnectionException {
  private static final long serialVersionUID = 1L;

  public CommandNotRunException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
