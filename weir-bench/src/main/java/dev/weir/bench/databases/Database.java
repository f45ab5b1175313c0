package dev.weir.bench.databases;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A real PostgreSQL on this machine with a small table in it, until it is closed. */
final class Database implements AutoCloseable {
  static final int ACCOUNTS = 1000;
  static final String USER = "postgres";

  private final Path data = Files.createTempDirectory("weir-bench-postgres");
  private final int port = freePort();
  private @Nullable EmbeddedPostgres server;

  private Database() throws IOException {}

  static Database start() throws IOException, SQLException {
    // The server and the pools of others say much while all is well.
    Logger.getLogger("").setLevel(Level.WARNING);
    Database database = new Database();
    try {
      database.up();
      database.execute("create table account (id int primary key, balance int not null)");
      database.execute(
          "insert into account select id, 100 from generate_series(1, " + ACCOUNTS + ") id");
      return database;
    } catch (IOException | SQLException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts it, where and with what it was before. */
  void up() throws IOException {
    server =
        EmbeddedPostgres.builder()
            .setPort(port)
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setServerConfig("max_connections", "300")
            .start();
  }

  /** Stops it; its sessions end at once. */
  void down() throws IOException {
    EmbeddedPostgres running = server;
    server = null;
    if (running != null) {
      running.close();
    }
  }

  String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  String version() throws SQLException {
    return "PostgreSQL " + ask("show server_version");
  }

  /** How many sessions have this name, in the server's own view. */
  int sessions(String applicationName) throws SQLException {
    return Integer.parseInt(
        ask(
            "select count(*) from pg_stat_activity where application_name = '"
                + applicationName
                + "'"));
  }

  private String ask(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url(), USER, "");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return String.valueOf(rows.getString(1));
    }
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url(), USER, "");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws IOException {
    down();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
