package dev.weir.redis;

import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.Pool;
import java.util.Map;
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
  private final Lender lender = new Lender();
  private final ConnectionPool view = new PoolView(this::getConnection);

  /**
   * A provider over a pool.
   *
   * @param pool of connections that {@link RedisBuilder#factory} opened; {@link #close} closes it
   * @throws InvalidOptionException when several callers may lease one connection at a time
   */
  public WeirConnectionProvider(Pool<Connection> pool) {
    int leases = pool.options().maxLeasesPerConnection();
    if (leases != 1) {
      throw new InvalidOptionException(
          "maxLeasesPerConnection", leases, "1, as a connection to Redis has one conversation");
    }
    this.pool = pool;
  }

  @Override
  public Connection getConnection() {
    return lender.lend(pool.name(), pool::acquire);
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

  /** Connections that left the pool to subscribe, and are open. */
  int subscribed() {
    return lender.detached();
  }

  /** Closes the pool, and every connection that left it, under the hands of whoever uses it. */
  @Override
  public void close() {
    pool.close();
    lender.close();
  }
}
