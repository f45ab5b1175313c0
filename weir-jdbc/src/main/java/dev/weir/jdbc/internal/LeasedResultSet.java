package dev.weir.jdbc.internal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** The rows of a leased connection. */
final class LeasedResultSet extends ForwardingResultSet {
  private final Leased<?> maker;

  LeasedResultSet(LeasedConnection connection, Leased<?> maker, ResultSet driver) {
    super(connection, driver);
    this.maker = maker;
  }

  @Override
  String what() {
    return "result set";
  }

  /** The wrapper that made it; what made the rows of metadata is the driver's own affair. */
  @Override
  public @Nullable Statement getStatement() throws SQLException {
    driver();
    return maker instanceof Statement statement ? statement : null;
  }

  @Override
  public boolean isClosed() throws SQLException {
    ResultSet open = driver;
    return open == null || open.isClosed();
  }

  @Override
  public void close() throws SQLException {
    closeOnce();
  }

  @Override
  void release(ResultSet open) throws SQLException {
    open.close();
  }
}
