/** Redis over the pool: a connection provider for Jedis, and a door of its own. */
module dev.weir.redis {
  requires static org.jspecify;
  requires transitive dev.weir.pool;
  requires transitive redis.clients.jedis;

  exports dev.weir.redis;
}
