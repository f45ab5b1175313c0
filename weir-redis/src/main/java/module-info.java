/** Redis over the pool: a door of its own, and connection providers for Jedis' clients. */
@SuppressWarnings("requires-transitive-automatic") // Jedis has a name for its module, and no more
module dev.weir.redis {
  requires static org.jspecify;
  requires transitive dev.weir.pool;
  requires transitive redis.clients.jedis;
  requires org.apache.commons.pool2;

  exports dev.weir.redis;
}
