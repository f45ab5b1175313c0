package dev.weir.redis.internal;

import dev.weir.pool.Options;
import dev.weir.redis.RedisOptions;
import java.net.SocketTimeoutException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Words for what went wrong while a connection was opened: the server, the cause, what to do. */
final class RedisErrors {
  private RedisErrors() {}

  /** What to throw instead of {@code e}, which the server's first answers brought. */
  static JedisException explained(
      HostAndPort address, @Nullable String user, RedisOptions options, JedisException e) {
    if (e instanceof JedisDataException) {
      return refused(address, user, options, e);
    }
    String why =
        causeOf(e) instanceof SocketTimeoutException
            ? "no answer within "
                + Options.text(options.readTimeout())
                + " (read-timeout); is it Redis, and does it want TLS (rediss://)?"
            : "closed the connection before it had answered ("
                + text(causeOf(e))
                + "); does it want TLS (rediss://), or is it full (maxclients)?";
    return new JedisConnectionException(address + ": " + why, e);
  }

  private static JedisException refused(
      HostAndPort address, @Nullable String user, RedisOptions options, JedisException e) {
    String said = String.valueOf(e.getMessage());
    String account = user == null ? "the default user" : "user \"" + user + "\"";
    if (said.startsWith("WRONGPASS") || said.contains("invalid password")) {
      return new JedisAccessControlException(
          address
              + ": the password of "
              + account
              + " was refused (WRONGPASS), or there is no such user; was it changed?",
          e);
    }
    if (said.startsWith("NOAUTH")) {
      return new JedisAccessControlException(
          address + ": wants a password (NOAUTH), and none was given; set password", e);
    }
    if (said.contains("without any password") || said.contains("no password is set")) {
      return new JedisAccessControlException(
          address + ": a password was given, but the server has none for " + account, e);
    }
    if (said.contains("max number of clients")) {
      return new JedisConnectionException(
          address + ": the server is full (maxclients); raise that, or lower max of the pools", e);
    }
    if (said.contains("DB index")) {
      return new JedisDataException(
          address + ": there is no database " + options.database() + " (" + said + ")", e);
    }
    if (said.startsWith("LOADING")) {
      return new JedisConnectionException(
          address + ": the server is still loading its data (LOADING)", e);
    }
    return new JedisDataException(address + ": refused: " + said, e);
  }

  /** Whether the message begins so, as errors of Redis begin with their kind. */
  static boolean says(Throwable e, String beginning) {
    String message = e.getMessage();
    return message != null && message.startsWith(beginning);
  }

  /** The innermost cause. */
  static Throwable causeOf(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** The message, or the kind of error if it has none. */
  static String text(Throwable e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message.toLowerCase(Locale.ROOT);
  }
}
