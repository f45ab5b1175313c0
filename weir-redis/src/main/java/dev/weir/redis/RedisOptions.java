package dev.weir.redis;

import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.Option;
import dev.weir.pool.Options;
import dev.weir.pool.PoolOptions;
import java.time.Duration;
import java.util.Map;

/**
 * The options of {@link WeirRedis}.
 *
 * @param connectTimeout longest wait for one address of the host
 * @param readTimeout longest wait for the answer to a command, and for the TLS handshake
 * @param blockingTimeout longest wait for the answer to a command that blocks, such as {@code
 *     BLPOP}, and for the next message of a subscription; 0s: for ever
 * @param reconnectBackoff pause before the first try to reconnect; that before the n-th is n times
 *     as long
 * @param maxReconnectBackoff longest pause between tries to reconnect
 * @param database the number of the database that connections select
 * @param clientName what {@code CLIENT LIST} shows; empty: no name
 * @param pool the pool. Differs from {@link PoolOptions#defaults} in this: {@code breakerThreshold}
 *     is 16, so that four places that are opened at a time have their three retries each before
 *     callers are refused at once; {@code retryBackoff} is 25ms and {@code maxRetryBackoff} 200ms,
 *     so that the pauses of {@code reconnectBackoff} are never the shorter ones, and hold
 */
public record RedisOptions(
    @Option(byDefault = "2s", about = "longest wait for one address of the host")
        Duration connectTimeout,
    @Option(byDefault = "2s", about = "longest wait for an answer, and for the TLS handshake")
        Duration readTimeout,
    @Option(
            byDefault = "0s",
            about =
                "longest wait for the answer to a command that blocks, and for the next message of a subscription; 0s: for ever")
        Duration blockingTimeout,
    @Option(
            byDefault = "50ms",
            about =
                "pause before the first try to reconnect; that before the n-th is n times as long")
        Duration reconnectBackoff,
    @Option(byDefault = "2s", about = "longest pause between tries to reconnect")
        Duration maxReconnectBackoff,
    @Option(byDefault = "0", about = "the number of the database that connections select")
        int database,
    @Option(byDefault = "", about = "what CLIENT LIST shows; empty: no name") String clientName,
    PoolOptions pool) {
  private static final Duration TICK = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofMillis(Integer.MAX_VALUE);

  /** Checks the options. */
  public RedisOptions {
    within("connectTimeout", connectTimeout, TICK);
    within("readTimeout", readTimeout, TICK);
    within("blockingTimeout", blockingTimeout, Duration.ZERO);
    within("reconnectBackoff", reconnectBackoff, TICK);
    within("maxReconnectBackoff", maxReconnectBackoff, reconnectBackoff);
    if (pool.maxLeasesPerConnection() != 1) {
      throw new InvalidOptionException(
          "maxLeasesPerConnection",
          pool.maxLeasesPerConnection(),
          "1, as a connection to Redis has one conversation");
    }
    if (database < 0) {
      throw new InvalidOptionException("database", database, "0 or more");
    }
    if (!clientName.chars().allMatch(c -> c > ' ' && c <= '~')) {
      throw new InvalidOptionException(
          "clientName", clientName, "printable ASCII characters without spaces");
    }
  }

  /** Every option at its default. */
  public static RedisOptions defaults() {
    RedisOptions all = Options.defaults(RedisOptions.class);
    return all.withPool(
        all.pool()
            .withBreakerThreshold(16)
            .withRetryBackoff(Duration.ofMillis(25))
            .withMaxRetryBackoff(Duration.ofMillis(200)));
  }

  /** A copy with other options for the pool. */
  public RedisOptions withPool(PoolOptions pool) {
    return Options.with(this, Map.of("pool", pool));
  }

  /** A copy with another {@link #connectTimeout}. */
  public RedisOptions withConnectTimeout(Duration connectTimeout) {
    return Options.with(this, Map.of("connectTimeout", connectTimeout));
  }

  /** A copy with another {@link #readTimeout}. */
  public RedisOptions withReadTimeout(Duration readTimeout) {
    return Options.with(this, Map.of("readTimeout", readTimeout));
  }

  /** A copy with another {@link #blockingTimeout}. */
  public RedisOptions withBlockingTimeout(Duration blockingTimeout) {
    return Options.with(this, Map.of("blockingTimeout", blockingTimeout));
  }

  /** A copy with another {@link #reconnectBackoff}. */
  public RedisOptions withReconnectBackoff(Duration reconnectBackoff) {
    return Options.with(this, Map.of("reconnectBackoff", reconnectBackoff));
  }

  /** A copy with another {@link #maxReconnectBackoff}. */
  public RedisOptions withMaxReconnectBackoff(Duration maxReconnectBackoff) {
    return Options.with(this, Map.of("maxReconnectBackoff", maxReconnectBackoff));
  }

  /** A copy with another {@link #database}. */
  public RedisOptions withDatabase(int database) {
    return Options.with(this, Map.of("database", database));
  }

  /** A copy with another {@link #clientName}. */
  public RedisOptions withClientName(String clientName) {
    return Options.with(this, Map.of("clientName", clientName));
  }

  private static void within(String option, Duration value, Duration least) {
    if (value.compareTo(least) < 0) {
      throw new InvalidOptionException(
          option, value, "a duration, " + Options.text(least) + " or more");
    }
    if (value.compareTo(LONGEST) > 0) {
      throw new InvalidOptionException(option, value, "a duration of 24 days at most");
    }
  }
}
