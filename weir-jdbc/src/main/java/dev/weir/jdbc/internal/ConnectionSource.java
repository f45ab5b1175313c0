package dev.weir.jdbc.internal;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Where the connections of a pool come from. Asked by several threads at once. */
public interface ConnectionSource {

  /** Opens one connection. */
  Connection open() throws SQLException;

  /** Where it leads, without secrets: for messages. */
  String place();

  /** The kind of server, as a JDBC URL names it; null: not known. */
  @Nullable String kind();
}
