package dev.weir.jdbc;

import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.Option;
import dev.weir.pool.Options;
import java.time.Duration;

/**
 * The session that a connection has when it is leased: set once when it is opened, and again when a
 * holder changed it.
 *
 * @param autoCommit whether each statement is a transaction of its own
 * @param readOnly whether the driver is told that nothing will be written
 * @param isolation how far transactions are kept apart
 * @param catalog the catalog; empty: the URL's
 * @param schema the schema; empty: the server's choice
 * @param networkTimeout longest wait for an answer to one request; 0s: for ever
 * @param initSql executed once on each new connection; empty: nothing
 * @param testQuery what a check executes; empty: the driver's own {@code isValid}, which is cheaper
 */
public record JdbcOptions(
    @Option(byDefault = "true", about = "whether each statement is a transaction of its own")
        boolean autoCommit,
    @Option(byDefault = "false", about = "whether the driver is told that nothing will be written")
        boolean readOnly,
    @Option(
            byDefault = "default",
            about =
                "default, read-uncommitted, read-committed, repeatable-read or serializable;"
                    + " default: the server's own")
        Isolation isolation,
    @Option(byDefault = "", about = "the catalog of new connections; empty: the URL's")
        String catalog,
    @Option(byDefault = "", about = "the schema of new connections; empty: the server's choice")
        String schema,
    @Option(byDefault = "0s", about = "longest wait for an answer to one request; 0s: for ever")
        Duration networkTimeout,
    @Option(byDefault = "", about = "executed once on each new connection; empty: nothing")
        String initSql,
    @Option(byDefault = "", about = "what a check executes; empty: the driver's own isValid")
        String testQuery) {

  /** Checks the options. */
  public JdbcOptions {
    if (networkTimeout.isNegative() || networkTimeout.toMillis() > Integer.MAX_VALUE) {
      throw new InvalidOptionException("networkTimeout", networkTimeout, "a duration, 0s to 24d");
    }
  }

  /** Every option at its default. */
  public static JdbcOptions defaults() {
    return Options.defaults(JdbcOptions.class);
  }
}
