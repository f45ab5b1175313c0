package dev.weir.jdbc.internal;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What a leased connection tells of its database. */
final class LeasedMetaData extends ForwardingDatabaseMetaData {
  LeasedMetaData(LeasedConnection connection, DatabaseMetaData driver) {
    super(connection, driver);
  }

  @Override
  String what() {
    return "metadata";
  }

  @Override
  public int getDriverMajorVersion() {
    DatabaseMetaData open = driver;
    return open == null ? 0 : open.getDriverMajorVersion();
  }

  @Override
  public int getDriverMinorVersion() {
    DatabaseMetaData open = driver;
    return open == null ? 0 : open.getDriverMinorVersion();
  }

  @Override
  public Connection getConnection() throws SQLException {
    driver();
    return connection();
  }

  /** These rows have no statement that is closed with the connection, so they are linked. */
  @Override
  @Nullable ResultSet results(@Nullable ResultSet results) {
    connection().worked();
    return results == null
        ? null
        : connection().link(new LeasedResultSet(connection(), this, results));
  }

  /** It is no resource. */
  @Override
  void release(DatabaseMetaData open) {}
}
