package dev.weir.jdbc.internal;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * What a holder may have changed of a connection's session, and how it was before. A value is read
 * when it is about to be changed for the first time, since reading some of them costs a round trip:
 * a connection that nobody changes is never asked and never set.
 *
 * <p>Whoever asks for the driver's own object may change it behind our back; then the little that
 * costs nothing is asked again.
 */
final class SessionReset {
  static final int READ_ONLY = 1;
  static final int ISOLATION = 2;
  static final int CATALOG = 4;
  static final int SCHEMA = 8;
  static final int NETWORK_TIMEOUT = 16;

  private final Connection connection;
  private final boolean autoCommit;
  private boolean autoCommitNow;
  private boolean worked;
  private boolean handedOut;
  private int changed;
  private int known;
  private boolean readOnly;
  private int isolation;
  private String catalog = "";
  private String schema = "";
  private int networkTimeout;

  SessionReset(Connection connection, boolean autoCommit) {
    this.connection = connection;
    this.autoCommit = autoCommit;
    this.autoCommitNow = autoCommit;
  }

  /** Something ran that may have begun a transaction. */
  void worked() {
    worked = true;
  }

  /** The transaction was committed or rolled back. */
  void ended() {
    worked = false;
  }

  void handedOut() {
    handedOut = true;
  }

  void autoCommit(boolean now) {
    if (now != autoCommitNow) {
      autoCommitNow = now;
      worked = false;
    }
  }

  /** Told before one of the values above is changed. */
  void remember(int what) throws SQLException {
    if ((known & what) == 0) {
      worked = true;
      switch (what) {
        case READ_ONLY -> readOnly = connection.isReadOnly();
        case ISOLATION -> isolation = connection.getTransactionIsolation();
        case CATALOG -> catalog = connection.getCatalog();
        case SCHEMA -> schema = connection.getSchema();
        case NETWORK_TIMEOUT -> networkTimeout = connection.getNetworkTimeout();
        default -> throw new IllegalArgumentException("no such value: " + what);
      }
      known |= what;
    }
    changed |= what;
  }

  /** Whether it was said, by a holder or an option, that it only reads. */
  boolean isReadOnly() throws SQLException {
    return connection.isReadOnly();
  }

  /** Rolls back what is open and sets back what was changed. */
  void restore() throws SQLException {
    if (handedOut) {
      autoCommitNow = connection.getAutoCommit();
    }
    // First: to switch auto-commit on would commit what is open.
    if (!autoCommitNow && (worked || handedOut)) {
      connection.rollback();
    }
    if (autoCommitNow != autoCommit) {
      connection.setAutoCommit(autoCommit);
      autoCommitNow = autoCommit;
    }
    if (changed != 0) {
      setBack();
    }
    worked = false;
    handedOut = false;
  }

  private void setBack() throws SQLException {
    if ((changed & NETWORK_TIMEOUT) != 0) {
      connection.setNetworkTimeout(Runnable::run, networkTimeout);
    }
    if ((changed & READ_ONLY) != 0) {
      connection.setReadOnly(readOnly);
    }
    if ((changed & ISOLATION) != 0) {
      connection.setTransactionIsolation(isolation);
    }
    if ((changed & CATALOG) != 0) {
      connection.setCatalog(catalog);
    }
    if ((changed & SCHEMA) != 0) {
      connection.setSchema(schema);
    }
    if (!autoCommit) {
      // Some servers would take these back with the next holder's rollback.
      connection.commit();
    }
    changed = 0;
  }
}
