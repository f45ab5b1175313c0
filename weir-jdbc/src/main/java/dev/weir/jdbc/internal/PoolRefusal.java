package dev.weir.jdbc.internal;

import dev.weir.pool.PoolClosedException;
import dev.weir.pool.PoolException;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/** Why the pool gave no connection, in the terms of JDBC. */
public final class PoolRefusal {
  private PoolRefusal() {}

  /** The pool's message, with the SQLState of the failed open behind it where there is one. */
  public static SQLException of(PoolException refusal) {
    SQLException cause = sqlCause(refusal);
    String state = cause == null ? null : cause.getSQLState();
    int code = cause == null ? 0 : cause.getErrorCode();
    if (refusal instanceof PoolClosedException) {
      return new SQLNonTransientConnectionException(
          refusal.getMessage(), SqlStates.CLOSED, refusal);
    } else if (state == null) {
      return new SQLTransientConnectionException(
          refusal.getMessage(), SqlStates.CANNOT_CONNECT, code, refusal);
    } else if (state.startsWith("28")) {
      return new SQLInvalidAuthorizationSpecException(refusal.getMessage(), state, code, refusal);
    }
    return new SQLTransientConnectionException(refusal.getMessage(), state, code, refusal);
  }

  private static @Nullable SQLException sqlCause(Throwable refusal) {
    for (Throwable e = refusal.getCause(); e != null; e = e.getCause()) {
      if (e instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }

  /** The wait was interrupted; the thread stays interrupted. */
  public static SQLException interrupted(String pool, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new SQLException(
        "pool \"" + pool + "\": interrupted while waiting for a connection",
        SqlStates.CANNOT_CONNECT,
        e);
  }
}
