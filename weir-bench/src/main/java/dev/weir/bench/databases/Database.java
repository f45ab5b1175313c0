package dev.weir.bench.databases;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A real PostgreSQL on this machine with a small table in it, until it is closed. */
final class Database implements AutoCloseable {
  static final int ACCOUNTS = 1000;
  static final String USER = "postgres";

  private final EmbeddedPostgres server;

  private Database(EmbeddedPostgres server) {
    this.server = server;
  }

  static Database start() throws IOException, SQLException {
    Database database =
        new Database(EmbeddedPostgres.builder().setServerConfig("max_connections", "300").start());
    try {
      database.execute("create table account (id int primary key, balance int not null)");
      database.execute(
          "insert into account select id, 100 from generate_series(1, " + ACCOUNTS + ") id");
      return database;
    } catch (SQLException e) {
      database.close();
      throw e;
    }
  }

  String url() {
    return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
  }

  String version() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url(), USER, "");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("show server_version")) {
      rows.next();
      return "PostgreSQL " + rows.getString(1);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url(), USER, "");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
