package dev.weir.jdbc.internal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Wrapper;
import org.jspecify.annotations.Nullable;

/**
 * What a caller holds in place of an object of the driver, from the connection down to the result
 * set. It refuses use after it was closed, lets the lease see every failure, and is linked to its
 * like, so that a connection that is given back closes what was left open.
 *
 * <p>For one thread at a time, as JDBC's own objects are; only the end of a connection may come
 * from any thread, and twice.
 */
abstract class Leased<D extends Wrapper> implements Wrapper {
  private final @Nullable LeasedConnection connection;
  @Nullable D driver;
  @Nullable Leased<?> older;
  @Nullable Leased<?> newer;

  /**
   * A wrapper that is open.
   *
   * @param connection null: it is the connection itself
   */
  Leased(@Nullable LeasedConnection connection, D driver) {
    this.connection = connection;
    this.driver = driver;
  }

  /** What it is, for messages. */
  abstract String what();

  /** Closes the driver's object, which nobody can reach any more. */
  abstract void release(D open) throws SQLException;

  LeasedConnection connection() {
    if (connection == null) {
      throw new IllegalStateException("a connection has to override this");
    }
    return connection;
  }

  /** The driver's object. */
  final D driver() throws SQLException {
    D open = driver;
    if (open == null) {
      throw new SQLException("the " + what() + " is closed", SqlStates.CLOSED);
    }
    return open;
  }

  /** Tells the lease, which decides whether the connection can be used any more. */
  final SQLException failed(SQLException e) {
    connection().seeFailure(e);
    return e;
  }

  /** Closes it, once, and tells the connection. */
  final void closeOnce() throws SQLException {
    if (driver != null) {
      connection().unlink(this);
      try {
        abandon();
      } catch (SQLException e) {
        throw failed(e);
      }
    }
  }

  /** Closes it because its connection goes back. */
  final void abandon() throws SQLException {
    D open = driver;
    driver = null;
    if (open != null) {
      release(open);
    }
  }

  /** Told before the driver executes what was prepared or batched. */
  void starting() throws SQLException {
    connection().starting(null, null);
  }

  /** Told before the driver executes this. */
  void starting(String sql) throws SQLException {
    connection().starting(null, sql);
  }

  /** Wraps what the driver answered, if it answered. */
  @Nullable ResultSet results(@Nullable ResultSet results) {
    return results == null ? null : new LeasedResultSet(connection(), this, results);
  }

  @Override
  public final <T> T unwrap(Class<T> type) throws SQLException {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    D open = driver();
    connection().handOut();
    return type.isInstance(open) ? type.cast(open) : open.unwrap(type);
  }

  @Override
  public final boolean isWrapperFor(Class<?> type) throws SQLException {
    if (type.isInstance(this)) {
      return true;
    }
    D open = driver();
    return type.isInstance(open) || open.isWrapperFor(type);
  }

  @Override
  public String toString() {
    D open = driver;
    return what() + (open == null ? ", closed" : " over " + open);
  }
}
