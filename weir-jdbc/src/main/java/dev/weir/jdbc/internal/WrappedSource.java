package dev.weir.jdbc.internal;

import dev.weir.jdbc.Credentials;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Connections of a data source that does not pool.
 *
 * @param credentials null: the data source's own
 */
public record WrappedSource(DataSource source, @Nullable Supplier<Credentials> credentials)
    implements ConnectionSource {
  @Override
  public Connection open() throws SQLException {
    if (credentials == null) {
      return source.getConnection();
    }
    Credentials now = credentials.get();
    return source.getConnection(now.user(), now.password());
  }

  @Override
  public String place() {
    return source.getClass().getName();
  }

  @Override
  public @Nullable String kind() {
    String type = source.getClass().getName();
    for (String kind : new String[] {"oracle", "mysql", "mariadb", "sqlserver"}) {
      if (type.contains(kind)) {
        return kind;
      }
    }
    return null;
  }
}
