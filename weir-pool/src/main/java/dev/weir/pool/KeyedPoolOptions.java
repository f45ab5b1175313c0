package dev.weir.pool;

import java.time.Duration;
import java.util.Map;

/**
 * The options of a keyed pool.
 *
 * @param perKey the options of each key's pool; {@code min} is 0 by default here, and {@code
 *     startMustSucceed} has no effect
 * @param maxTotal connections at most, over all keys; 1 or more
 * @param keyIdleTimeout how long a key's pool may be unused before it is dropped; 0s: for ever
 */
public record KeyedPoolOptions(
    PoolOptions perKey,
    @Option(byDefault = "200", about = "connections at most, over all keys; 1 or more")
        int maxTotal,
    @Option(
            byDefault = "5m",
            about = "how long a key's pool may be unused before it is dropped; 0s: for ever")
        Duration keyIdleTimeout) {

  /** Checks the options. */
  public KeyedPoolOptions {
    if (maxTotal < 1) {
      throw new InvalidOptionException("maxTotal", maxTotal, "1 or more");
    }
    if (keyIdleTimeout.isNegative()) {
      throw new InvalidOptionException("keyIdleTimeout", keyIdleTimeout, "a duration, 0s or more");
    }
  }

  /** Every option at its default. */
  public static KeyedPoolOptions defaults() {
    KeyedPoolOptions all = Options.defaults(KeyedPoolOptions.class);
    // Keeping connections open for keys that may never come back would eat the bound over all keys.
    return all.withPerKey(all.perKey().withSize(0, all.perKey().max()));
  }

  /** A copy with other options for each key's pool. */
  public KeyedPoolOptions withPerKey(PoolOptions perKey) {
    return Options.with(this, Map.of("perKey", perKey));
  }

  /** A copy with another {@link #maxTotal}. */
  public KeyedPoolOptions withMaxTotal(int maxTotal) {
    return Options.with(this, Map.of("maxTotal", maxTotal));
  }

  /** A copy with another {@link #keyIdleTimeout}. */
  public KeyedPoolOptions withKeyIdleTimeout(Duration keyIdleTimeout) {
    return Options.with(this, Map.of("keyIdleTimeout", keyIdleTimeout));
  }
}
