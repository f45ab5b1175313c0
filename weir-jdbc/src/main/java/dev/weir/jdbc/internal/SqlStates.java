package dev.weir.jdbc.internal;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a failure says of the connection it happened on. SQLStates of class 08 speak of the
 * connection by the standard; the rest is what servers use besides, as their manuals list it.
 */
final class SqlStates {
  static final String CLOSED = "08003";
  static final String CANNOT_CONNECT = "08001";
  static final String OUTCOME_UNKNOWN = "08007";
  static final String IN_TRANSACTION = "25001";
  static final String TIME_IS_UP = "57014";

  private static final String READ_ONLY_SERVER = "25006";

  /** The session is over or will be: each of these is the server's last word to it. */
  private static final Set<String> FATAL =
      Set.of(
          "01002", // disconnected (standard)
          "25P03", // PostgreSQL: idle in transaction for too long
          "25P04", // PostgreSQL: transaction took too long
          "57P01", // PostgreSQL: ended by an administrator
          "57P02", // PostgreSQL: another server process crashed
          "57P03", // PostgreSQL: starting up or shutting down
          "57P04", // PostgreSQL: the database was dropped
          "57P05", // PostgreSQL: idle for too long
          "JZ0C0", // Sybase: closed already
          "JZ0C1"); // Sybase: input or output failed

  /** Vendor codes that end a session, by the name that a JDBC URL begins with. */
  private static final Map<String, Set<Integer>> FATAL_CODES =
      Map.of(
          "oracle",
          Set.of(
              28, 600, 1012, 1014, 1033, 1034, 1035, 1089, 1090, 1092, 2396, 2399, 3113, 3114,
              12571, 17002, 17008, 17410),
          "mysql",
          Set.of(1053, 1077, 1078, 1079, 1080, 1152, 1184, 1290, 1836, 1927, 3168, 4031),
          "mariadb",
          Set.of(1053, 1077, 1078, 1079, 1080, 1152, 1184, 1290, 1836, 1927),
          "sqlserver",
          Set.of(596, 10053, 10054, 10060, 40197, 40501, 40613));

  private final Set<Integer> fatalCodes;

  private SqlStates(Set<Integer> fatalCodes) {
    this.fatalCodes = fatalCodes;
  }

  /** What a server of this kind means; null: nothing is known of the server. */
  static SqlStates of(@Nullable String kind) {
    return new SqlStates(kind == null ? Set.of() : FATAL_CODES.getOrDefault(kind, Set.of()));
  }

  /**
   * Whether a connection that failed like this must not be used any more.
   *
   * @param wantsReadOnly whether it is meant to be read-only. Otherwise a server that has become
   *     read-only is one that was demoted, and a new connection may find the one that took over
   */
  boolean isFatal(SQLException failure, boolean wantsReadOnly) {
    int seen = 0;
    for (SQLException e = failure; e != null && seen < 10; e = e.getNextException(), seen++) {
      if (isFatalAlone(e, wantsReadOnly)
          || (e.getCause() instanceof SQLException cause && isFatalAlone(cause, wantsReadOnly))) {
        return true;
      }
    }
    return false;
  }

  private boolean isFatalAlone(SQLException e, boolean wantsReadOnly) {
    String state = e.getSQLState();
    return e instanceof SQLRecoverableException
        || e instanceof SQLNonTransientConnectionException
        || e instanceof SQLTransientConnectionException
        || fatalCodes.contains(e.getErrorCode())
        || (state != null
            && (state.startsWith("08")
                || FATAL.contains(state)
                || (state.equals(READ_ONLY_SERVER) && !wantsReadOnly)));
  }

  /** Whether the transaction lost against another and may be tried again as a whole. */
  static boolean isConflict(SQLException failure) {
    String state = failure.getSQLState();
    return state != null && (state.equals("40001") || state.equals("40P01"));
  }
}
