package dev.weir.tcp;

import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.KeyedPoolOptions;
import dev.weir.pool.Option;
import dev.weir.pool.Options;
import dev.weir.pool.PoolOptions;
import java.time.Duration;
import java.util.Map;

/**
 * The options of {@link TcpConnections}.
 *
 * @param connectTimeout longest wait for one address of the host
 * @param readTimeout longest wait of {@link TcpConnection#read()} for a whole frame; 0s: for ever
 * @param maxFrame bytes of a frame that is read at most
 * @param pool the pools, one for each address
 */
public record TcpOptions(
    @Option(byDefault = "5s", about = "longest wait for one address of the host")
        Duration connectTimeout,
    @Option(byDefault = "0s", about = "longest wait for a whole frame; 0s: for ever")
        Duration readTimeout,
    @Option(byDefault = "16777216", about = "bytes of a frame that is read at most") int maxFrame,
    KeyedPoolOptions pool) {

  /** Checks the options. */
  public TcpOptions {
    if (connectTimeout.toMillis() <= 0) {
      throw new InvalidOptionException("connectTimeout", connectTimeout, "more than 0s");
    }
    if (readTimeout.isNegative()) {
      throw new InvalidOptionException("readTimeout", readTimeout, "a duration, 0s or more");
    }
    if (maxFrame < 1) {
      throw new InvalidOptionException("maxFrame", maxFrame, "more than 0");
    }
  }

  /** Every option at its default; the pools keep nothing open that is not used. */
  public static TcpOptions defaults() {
    return Options.defaults(TcpOptions.class).withPool(KeyedPoolOptions.defaults());
  }

  /** A copy with other options for the pools. */
  public TcpOptions withPool(KeyedPoolOptions pool) {
    return Options.with(this, Map.of("pool", pool));
  }

  /** A copy with other options for the pool of each address. */
  public TcpOptions withPerAddress(PoolOptions perAddress) {
    return withPool(pool.withPerKey(perAddress));
  }

  /** A copy with another {@link #connectTimeout}. */
  public TcpOptions withConnectTimeout(Duration connectTimeout) {
    return Options.with(this, Map.of("connectTimeout", connectTimeout));
  }

  /** A copy with another {@link #readTimeout}. */
  public TcpOptions withReadTimeout(Duration readTimeout) {
    return Options.with(this, Map.of("readTimeout", readTimeout));
  }

  /** A copy with another {@link #maxFrame}. */
  public TcpOptions withMaxFrame(int maxFrame) {
    return Options.with(this, Map.of("maxFrame", maxFrame));
  }
}
