package dev.weir.redis;

import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.providers.ConnectionProvider;

/**
 * Runs each command on a connection of its own. The only judge of a second try: a command that
 * surely did not run gets another connection, three times at most; nothing else is sent again. To
 * get a connection is tried once here, since the pool tries three times more itself.
 */
final class CarefulExecutor implements CommandExecutor {
  private static final int RETRIES = 3;

  private final ConnectionProvider provider;

  CarefulExecutor(ConnectionProvider provider) {
    this.provider = provider;
  }

  @Override
  public <T> T executeCommand(CommandObject<T> command) {
    for (int failed = 0; ; failed++) {
      try (Connection connection = provider.getConnection(command.getArguments())) {
        try {
          return connection.executeCommand(command);
        } catch (CommandNotRunException e) {
          if (failed == RETRIES) {
            throw e;
          }
        }
      }
    }
  }

  /** Nothing: the connections are closed by whom they belong to. */
  @Override
  public void close() {}
}
