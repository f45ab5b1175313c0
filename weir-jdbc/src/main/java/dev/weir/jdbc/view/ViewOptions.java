package dev.weir.jdbc.view;

import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.Option;
import dev.weir.pool.Options;
import java.time.Duration;
import java.util.Map;

/**
 * The options of a {@link DatabaseView}: how often it looks, and beyond what it warns.
 *
 * @param interval pause between the end of a look and the next
 * @param queryTimeout longest wait for an answer of the database
 * @param maxActive active sessions; more raise a warning; 0: never
 * @param maxUsed sessions as a part of the server's max_connections; more raise a warning; 0 to 1;
 *     0: never
 * @param maxIdleInTransaction how long a session may be idle in its transaction before that raises
 *     a warning; 0s: for ever
 * @param maxTransaction how old a transaction may be before that raises a warning; 0s: any age
 * @param maxBouncerWait how long a client of PgBouncer may wait for a server connection before that
 *     raises a warning; 0s: for ever
 * @param maxBouncerWaiting clients of PgBouncer that wait; more raise a warning; 0: never
 */
public record ViewOptions(
    @Option(byDefault = "30s", about = "pause between the end of a look and the next")
        Duration interval,
    @Option(byDefault = "5s", about = "longest wait for an answer of the database; 1s or more")
        Duration queryTimeout,
    @Option(byDefault = "20", about = "active sessions; more raise a warning; 0: never")
        int maxActive,
    @Option(
            byDefault = "0.8",
            about =
                "sessions as a part of the server's max_connections; more raise a warning; 0: never")
        double maxUsed,
    @Option(
            byDefault = "30s",
            about =
                "how long a session may be idle in its transaction; longer raises a warning; 0s: never")
        Duration maxIdleInTransaction,
    @Option(
            byDefault = "5m",
            about = "how old a transaction may be; older raises a warning; 0s: never")
        Duration maxTransaction,
    @Option(
            byDefault = "1s",
            about =
                "how long a client of PgBouncer may wait for a server connection; longer raises a warning; 0s: never")
        Duration maxBouncerWait,
    @Option(
            byDefault = "20",
            about = "clients of PgBouncer that wait; more raise a warning; 0: never")
        int maxBouncerWaiting) {

  /** Checks the options. */
  public ViewOptions {
    if (interval.toMillis() <= 0) {
      throw new InvalidOptionException("interval", interval, "more than 0s");
    }
    // JDBC counts this one in seconds.
    if (queryTimeout.toSeconds() < 1 || queryTimeout.toHours() > 0) {
      throw new InvalidOptionException("queryTimeout", queryTimeout, "1s to 1h");
    }
    if (maxActive < 0) {
      throw new InvalidOptionException("maxActive", maxActive, "0 or more");
    }
    if (!(maxUsed >= 0 && maxUsed <= 1)) {
      throw new InvalidOptionException("maxUsed", maxUsed, "0 to 1");
    }
    notNegative("maxIdleInTransaction", maxIdleInTransaction);
    notNegative("maxTransaction", maxTransaction);
    notNegative("maxBouncerWait", maxBouncerWait);
    if (maxBouncerWaiting < 0) {
      throw new InvalidOptionException("maxBouncerWaiting", maxBouncerWaiting, "0 or more");
    }
  }

  /** Every option at its default. */
  public static ViewOptions defaults() {
    return Options.defaults(ViewOptions.class);
  }

  /** A copy with another {@link #interval}. */
  public ViewOptions withInterval(Duration interval) {
    return Options.with(this, Map.of("interval", interval));
  }

  /** A copy with another {@link #queryTimeout}. */
  public ViewOptions withQueryTimeout(Duration queryTimeout) {
    return Options.with(this, Map.of("queryTimeout", queryTimeout));
  }

  /** A copy with another {@link #maxActive}. */
  public ViewOptions withMaxActive(int maxActive) {
    return Options.with(this, Map.of("maxActive", maxActive));
  }

  /** A copy with another {@link #maxUsed}. */
  public ViewOptions withMaxUsed(double maxUsed) {
    return Options.with(this, Map.of("maxUsed", maxUsed));
  }

  /** A copy with another {@link #maxIdleInTransaction}. */
  public ViewOptions withMaxIdleInTransaction(Duration maxIdleInTransaction) {
    return Options.with(this, Map.of("maxIdleInTransaction", maxIdleInTransaction));
  }

  /** A copy with another {@link #maxTransaction}. */
  public ViewOptions withMaxTransaction(Duration maxTransaction) {
    return Options.with(this, Map.of("maxTransaction", maxTransaction));
  }

  /** A copy with another {@link #maxBouncerWait}. */
  public ViewOptions withMaxBouncerWait(Duration maxBouncerWait) {
    return Options.with(this, Map.of("maxBouncerWait", maxBouncerWait));
  }

  /** A copy with another {@link #maxBouncerWaiting}. */
  public ViewOptions withMaxBouncerWaiting(int maxBouncerWaiting) {
    return Options.with(this, Map.of("maxBouncerWaiting", maxBouncerWaiting));
  }

  private static void notNegative(String option, Duration value) {
    if (value.isNegative()) {
      throw new InvalidOptionException(option, value, "a duration, 0s or more");
    }
  }
}
