package dev.weir.redis;

import redis.clients.jedis.Connection;

/** For pipelines and transactions within {@link WeirRedis#withRedis}: closing it closes nothing. */
final class KeptConnection extends ForwardingConnection {
  private final Connection connection;

  KeptConnection(Connection connection) {
    super(connection);
    this.connection = connection;
  }

  @Override
  Connection own() {
    return connection;
  }

  @Override
  public void close() {}
}
