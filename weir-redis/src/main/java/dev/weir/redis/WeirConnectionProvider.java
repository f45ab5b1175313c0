package dev.weir.redis;

import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.providers.ConnectionProvider;

/**
 * Gives Jedis' own clients connections of a pool of Weir:
 *
 * <pre>{@code
 * ConnectionProvider provider = new WeirConnectionProvider(pool);
 * try (RedisClient redis = RedisClient.builder().connectionProvider(provider).build()) {
 *   redis.set("greeting", "hello");
 * }
 * }</pre>
 *
 * <p>A connection is leased until its {@code close}; one that broke meanwhile is replaced. Closing
 * it twice, or using it after that, never touches the next lease. One that subscribes or monitors
 * leaves the pool, which may open another in its place; it is closed with its {@code close}, or
 * that of the provider.
 *
 * <p>Safe for any number of threads. Whoever can get no connection gets a {@link
 * CommandNotRunException}; an interrupt ends the wait with the same, and the flag stays set.
 */
public final class WeirConnectionProvider implements ConnectionProvider {
  private final Pool<Connection> pool;
  private final Set<LeasedConnection> detached = ConcurrentHashMap.newKeySet();
  private final ConnectionPool view = new PoolView(this::getConnection);
  private volatile boolean closed;

  /**
   * A provider over a pool.
   *
   * @param pool of connections that {@link RedisBuilder#factory} opened; {@link #close} closes it
   */
  public WeirConnectionProvider(Pool<Connection> pool) {
    this.pool = pool;
  }

  @Override
  public Connection getConnection() {
    try {
      Lease<Connection> lease = pool.acquire();
      return new LeasedConnection(lease, this::detached);
    } catch (PoolException e) {
      throw new CommandNotRunException(e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandNotRunException(
          "pool \"" + pool.name() + "\": interrupted while waiting for a connection", e);
    }
  }

  @Override
  public Connection getConnection(CommandArguments command) {
    return getConnection();
  }

  /** The one server, for what walks over all servers: a {@code SCAN} that is an iteration, say. */
  @Override
  public Map<?, ?> getConnectionMap() {
    return Map.of(pool.name(), view);
  }

  @Override
  public Map<?, ?> getPrimaryNodesConnectionMap() {
    return getConnectionMap();
  }

  private void detached(LeasedConnection connection) {
    if (connection.isConnected()) {
      detached.add(connection);
      // In this order: either this thread sees the flag, or close() sees the connection.
      if (closed) {
        connection.close();
      }
    } else {
      detached.remove(connection);
    }
  }

  /** Connections that left the pool to subscribe, and are open. */
  int subscribed() {
    return detached.size();
  }

  /** Closes the pool, and every connection that left it, under the hands of whoever uses it. */
  @Override
  public void close() {
    closed = true;
    pool.close();
    detached.forEach(LeasedConnection::close);
  }
}
