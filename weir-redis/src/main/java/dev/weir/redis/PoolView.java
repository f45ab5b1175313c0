package dev.weir.redis;

import java.util.function.Supplier;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;

/**
 * A pool of Weir in the shape in which Jedis hands the pools of nodes around. There is never
 * anything in what it inherits: every connection comes from the supplier, and goes back by its own
 * {@code close}.
 */
final class PoolView extends ConnectionPool {
  private final Supplier<Connection> connections;

  PoolView(Supplier<Connection> connections) {
    super(new Nothing(), quiet());
    this.connections = connections;
  }

  @Override
  public Connection getResource() {
    return connections.get();
  }

  private static GenericObjectPoolConfig<Connection> quiet() {
    GenericObjectPoolConfig<Connection> config = new GenericObjectPoolConfig<>();
    config.setJmxEnabled(false); // it would be a bean that counts nothing
    return config;
  }

  private static final class Nothing extends BasePooledObjectFactory<Connection> {
    @Override
    public Connection create() {
      throw new UnsupportedOperationException("connections come from the pool behind");
    }

    @Override
    public PooledObject<Connection> wrap(Connection connection) {
      throw new UnsupportedOperationException("connections come from the pool behind");
    }
  }
}
