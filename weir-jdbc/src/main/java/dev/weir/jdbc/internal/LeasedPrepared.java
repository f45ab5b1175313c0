package dev.weir.jdbc.internal;

import java.sql.PreparedStatement;
import java.sql.SQLException;

/** A prepared statement of a leased connection. */
class LeasedPrepared<S extends PreparedStatement> extends ForwardingPreparedStatement<S> {
  private final String sql;

  LeasedPrepared(LeasedConnection connection, S driver, String sql) {
    super(connection, driver);
    this.sql = sql;
  }

  @Override
  void starting() throws SQLException {
    starting(sql);
  }
}
