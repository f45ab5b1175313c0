package dev.weir.jdbc.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A driver's connection, and what has to be known of it from one lease to the next. Written by the
 * thread that holds the lease; the pool orders one lease before the next. Whether there is a lease,
 * and what it executed last, are read by threads of the pool without any order, for a log and for
 * the choice how to close: they may be a little old, and a fence for each lease would be dearer
 * than that.
 */
public final class Physical {
  private final Connection connection;
  private final SessionReset session;
  private final SqlStates states;
  private volatile @Nullable Throwable broken;
  private boolean leased;
  private @Nullable String lastSql;
  private @Nullable Statement running;

  Physical(Connection connection, boolean autoCommit, SqlStates states) {
    this.connection = connection;
    this.session = new SessionReset(connection, autoCommit);
    this.states = states;
  }

  Connection connection() {
    return connection;
  }

  SessionReset session() {
    return session;
  }

  /** A lease begins. */
  void begin() throws SQLException {
    connection.beginRequest();
    leased = true;
  }

  /** A lease ends, and what it left is cleared away. */
  void tidy() throws SQLException {
    running = null;
    session.restore();
    connection.clearWarnings();
    connection.endRequest();
  }

  void end() {
    leased = false;
  }

  /** Whether somebody may be using it at this moment. */
  boolean isLeased() {
    return leased;
  }

  void seeFailure(Throwable failure) {
    if (broken == null && isFatal(failure)) {
      broken = failure;
    }
  }

  private boolean isFatal(Throwable failure) {
    try {
      return connection.isClosed()
          || !(failure instanceof SQLException e)
          || states.isFatal(e, session.isReadOnly());
    } catch (SQLException unknown) {
      return true;
    }
  }

  /** Why it must not be used any more; null: it may. */
  @Nullable Throwable broken() {
    return broken;
  }

  /** Told before something is executed; null: what is not known, or as before. */
  void starting(@Nullable Statement statement, @Nullable String sql) {
    running = statement;
    if (sql != null) {
      lastSql = sql;
    }
    session.worked();
  }

  /**
   * Has the server stop what a holder may have under way. A connection that is only cut leaves a
   * server at work that does not look whether anybody still waits for its answer.
   */
  void cancel() {
    Statement late = running;
    if (late != null) {
      try {
        late.cancel();
      } catch (SQLException | RuntimeException e) {
        // It has ended already, or the server cannot be reached: then it is only cut.
      }
    }
  }

  /** What was executed last, as its author wrote it; may hold values. */
  @Nullable String lastSql() {
    return lastSql;
  }
}
