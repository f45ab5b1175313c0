package dev.weir.jdbc.internal;

import java.sql.CallableStatement;

/** A call of a stored procedure, over a leased connection. */
final class LeasedCallable extends ForwardingCallableStatement {
  LeasedCallable(LeasedConnection connection, CallableStatement driver, String sql) {
    super(connection, driver, sql);
  }
}
