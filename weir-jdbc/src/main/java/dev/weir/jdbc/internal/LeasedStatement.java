package dev.weir.jdbc.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A statement of a leased connection. */
class LeasedStatement<S extends Statement> extends ForwardingStatement<S> {
  LeasedStatement(LeasedConnection connection, S driver) {
    super(connection, driver);
  }

  @Override
  String what() {
    return "statement";
  }

  @Override
  void starting() throws SQLException {
    connection().starting(driver(), null);
  }

  @Override
  void starting(String sql) throws SQLException {
    connection().starting(driver(), sql);
  }

  @Override
  public Connection getConnection() throws SQLException {
    driver();
    return connection();
  }

  @Override
  public boolean isClosed() throws SQLException {
    S open = driver;
    return open == null || open.isClosed();
  }

  @Override
  public void close() throws SQLException {
    closeOnce();
  }

  @Override
  void release(S open) throws SQLException {
    open.close();
  }
}
