package dev.weir.redis;

import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The connection was lost, or the answer did not come in time, after the command had been written:
 * it may have run or not. It is not sent again, and the connection is replaced.
 *
 * <p>On purpose this is no {@code JedisConnectionException}: Jedis' executors for clusters and for
 * retries send a command again after one of those.
 */
public final class OutcomeUnknownException extends JedisException {
  private static final long serialVersionUID = 1L;

  public OutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
