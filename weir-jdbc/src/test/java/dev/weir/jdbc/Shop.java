package dev.weir.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.jdbc.kit.MariaDb;
import dev.weir.jdbc.kit.Postgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** What the tests do with a database again and again. */
final class Shop {
  private Shop() {}

  /** A data source whose sessions have a name by which the server's own view finds them. */
  static JdbcBuilder on(Postgres postgres, String name) {
    return WeirDataSource.builder()
        .url(postgres.url())
        .user("postgres")
        .driverProperty("ApplicationName", name)
        .pool(pool -> pool.name(name));
  }

  /** The same in front of a MariaDB. */
  static JdbcBuilder on(MariaDb mariaDb, String name) {
    return WeirDataSource.builder()
        .url(mariaDb.url())
        .user(MariaDb.USER)
        .password(MariaDb.PASSWORD)
        .pool(pool -> pool.name(name));
  }

  static String ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return String.valueOf(rows.getString(1));
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The server's process behind a connection, which tells two connections apart. */
  static String backend(Connection connection) throws SQLException {
    return ask(connection, "select pg_backend_pid()");
  }
}
