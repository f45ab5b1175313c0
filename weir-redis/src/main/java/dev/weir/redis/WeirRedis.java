package dev.weir.redis;

import dev.weir.pool.Pool;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.UnifiedJedis;

/**
 * Redis over a pool of connections.
 *
 * <pre>{@code
 * try (WeirRedis weir = WeirRedis.builder().url("redis://127.0.0.1:6379").build()) {
 *   weir.unified().set("greeting", "hello");
 *   String greeting = weir.withRedis(redis -> redis.get("greeting"));
 * }
 * }</pre>
 *
 * <p>Safe for any number of threads, platform or virtual.
 *
 * <p><b>A command is never run twice.</b> Getting a connection is tried again: three times, after
 * pauses of 50 ms, 100 ms and 150 ms ({@code maxRetries}, {@code reconnectBackoff}), and in the
 * background for as long as it takes, with pauses that grow up to 2 s. What could not be had, or
 * failed before the server had the whole command, is a {@link CommandNotRunException}. Where the
 * connection is lost after that, nobody knows whether the command ran: {@link
 * OutcomeUnknownException}, and the connection is replaced.
 *
 * <p><b>Before use</b>, a connection is looked at, which costs no round trip and finds what the
 * server has closed; and it is asked with {@code PING} when it was idle for longer than the pool's
 * {@code validationWindow}, 500 ms unless set. After use, a transaction, a watch or another
 * database that was left behind is undone; a connection with unread answers, or in a state that
 * cannot be undone, is replaced.
 *
 * <p>The protocol is RESP2, so there is no client-side caching.
 */
public final class WeirRedis implements AutoCloseable {
  private final Pool<Connection> pool;
  private final WeirConnectionProvider provider;
  private final UnifiedJedis unified;

  WeirRedis(Pool<Connection> pool) {
    this.pool = pool;
    provider = new WeirConnectionProvider(pool);
    unified = new PooledJedis(new CarefulExecutor(provider), provider);
  }

  /** Says where the server is, and the rest. */
  public static RedisBuilder builder() {
    return new RedisBuilder();
  }

  /**
   * Does some work on one connection, which goes back afterwards: commands, pipelines, transactions
   * and {@code WATCH} of {@code work} are all on that one. The work is run once, if a connection
   * can be had, and never again, since only it knows what of it may be repeated.
   *
   * <p>What it is given is of no use after its end.
   *
   * @throws E when {@code work} throws it
   * @throws CommandNotRunException when no connection could be had: the work was not begun; or when
   *     a command of the work surely did not run
   * @throws OutcomeUnknownException when the connection was lost after a command had been written
   */
  public <T extends @Nullable Object, E extends Exception> T withRedis(Work<T, E> work) throws E {
    try (Connection connection = provider.getConnection()) {
      OneConnection one = new OneConnection(connection);
      return work.run(new PooledJedis(one, one));
    }
  }

  /**
   * All of Jedis' commands, each on whichever connection is free; a pipeline or a transaction has
   * one of its own until it is closed. A command that surely did not run is run on another
   * connection, three times at most. Always the same object; closing it does nothing.
   */
  public UnifiedJedis unified() {
    return unified;
  }

  /**
   * Listens to channels until the listener unsubscribes from all of them, on a connection that
   * leaves the pool for that.
   *
   * @throws redis.clients.jedis.exceptions.JedisConnectionException when the connection is lost
   */
  public void subscribe(JedisPubSub listener, String... channels) {
    unified.subscribe(listener, channels);
  }

  /** The same with patterns. */
  public void psubscribe(JedisPubSub listener, String... patterns) {
    unified.psubscribe(listener, patterns);
  }

  /** The pool behind: numbers, resizing, draining. */
  public Pool<Connection> pool() {
    return pool;
  }

  /** Connections that left the pool to subscribe, and are open. */
  public int subscriptions() {
    return provider.subscribed();
  }

  /** {@link Pool#evictAll}: replaces every connection without failing a caller. */
  public void evictAll() {
    pool.evictAll();
  }

  /** Closes every connection at once, under the hands of whoever uses it. */
  @Override
  public void close() {
    provider.close();
  }

  /**
   * What is done on one connection.
   *
   * @param <T> the result
   * @param <E> what it throws; nothing checked, unless it says so
   */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object, E extends Exception> {
    /** Does it. */
    T run(UnifiedJedis redis) throws E;
  }
}
