package dev.weir.redis;

import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.providers.ConnectionProvider;

/**
 * Jedis' commands over connections that belong to somebody else. The protocol is said rather than
 * found out: to find out, Jedis would ask the server for a connection here, and take a wrong guess
 * for good if there was none.
 */
final class PooledJedis extends UnifiedJedis {

  PooledJedis(CommandExecutor executor, ConnectionProvider provider) {
    super(executor, provider, RedisProtocol.RESP2, null);
  }

  /** Nothing: {@link WeirRedis#close} does. */
  @Override
  public void close() {}
}
