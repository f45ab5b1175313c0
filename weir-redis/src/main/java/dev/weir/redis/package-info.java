/**
 * Redis connections of <a href="https://github.com/redis/jedis">Jedis</a> in a pool of Weir.
 *
 * <p>The door is {@link dev.weir.redis.WeirRedis}, made by a {@link dev.weir.redis.RedisBuilder}.
 * {@link dev.weir.redis.WeirConnectionProvider} is what Jedis' own clients need to run over the
 * same pool. A command is never run twice: {@link dev.weir.redis.CommandNotRunException} says that
 * it surely was not run, {@link dev.weir.redis.OutcomeUnknownException} that nobody knows.
 */
@NullMarked
package dev.weir.redis;

import org.jspecify.annotations.NullMarked;
