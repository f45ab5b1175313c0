package dev.weir.jdbc;

import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.Option;
import dev.weir.pool.Options;
import java.time.Duration;
import java.util.Map;

/**
 * How {@link WeirDataSource#inTransaction(TransactionOptions, TransactionWork)} runs its work.
 *
 * @param maxWait longest wait for a connection
 * @param timeout longest transaction, from its connection to its commit; 0s: for ever
 * @param isolation how far it is kept apart from others
 * @param readOnly whether the driver is told that nothing will be written
 * @param retries how often it is run again, as a whole, after it lost against another
 */
public record TransactionOptions(
    @Option(byDefault = "5s", about = "longest wait for a connection") Duration maxWait,
    @Option(
            byDefault = "10s",
            about = "longest transaction, from its connection to its commit; 0s: for ever")
        Duration timeout,
    @Option(byDefault = "default", about = "how far it is kept apart from others")
        Isolation isolation,
    @Option(byDefault = "false", about = "whether the driver is told that nothing will be written")
        boolean readOnly,
    @Option(
            byDefault = "0",
            about =
                "how often it is run again after a serialization failure or a deadlock; its work"
                    + " must not have done anything outside the database then")
        int retries) {

  /** Checks the options. */
  public TransactionOptions {
    if (maxWait.isNegative()) {
      throw new InvalidOptionException("maxWait", maxWait, "a duration, 0s or more");
    }
    if (timeout.isNegative()) {
      throw new InvalidOptionException("timeout", timeout, "a duration, 0s or more");
    }
    if (retries < 0) {
      throw new InvalidOptionException("retries", retries, "0 or more");
    }
  }

  /** Every option at its default. */
  public static TransactionOptions defaults() {
    return Options.defaults(TransactionOptions.class);
  }

  /** A copy with another {@link #maxWait}. */
  public TransactionOptions withMaxWait(Duration maxWait) {
    return Options.with(this, Map.of("maxWait", maxWait));
  }

  /** A copy with another {@link #timeout}. */
  public TransactionOptions withTimeout(Duration timeout) {
    return Options.with(this, Map.of("timeout", timeout));
  }

  /** A copy with another {@link #isolation}. */
  public TransactionOptions withIsolation(Isolation isolation) {
    return Options.with(this, Map.of("isolation", isolation));
  }

  /** A copy with another {@link #readOnly}. */
  public TransactionOptions withReadOnly(boolean readOnly) {
    return Options.with(this, Map.of("readOnly", readOnly));
  }

  /** A copy with another {@link #retries}. */
  public TransactionOptions withRetries(int retries) {
    return Options.with(this, Map.of("retries", retries));
  }
}
