package dev.weir.redis;

import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.providers.ConnectionProvider;

/**
 * Everything on one connection: commands, pipelines and transactions of one {@link
 * WeirRedis#withRedis}. Whoever closes what is handed out here (a pipeline does) closes nothing.
 */
final class OneConnection implements ConnectionProvider, CommandExecutor {
  private final Connection connection;

  OneConnection(Connection connection) {
    this.connection = connection;
  }

  @Override
  public <T> T executeCommand(CommandObject<T> command) {
    return connection.executeCommand(command);
  }

  @Override
  public Connection getConnection() {
    return new KeptConnection(connection);
  }

  @Override
  public Connection getConnection(CommandArguments command) {
    return getConnection();
  }

  @Override
  public void close() {}
}
