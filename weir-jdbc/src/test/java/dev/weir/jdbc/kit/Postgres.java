package dev.weir.jdbc.kit;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A real PostgreSQL server on the loopback address, which can be stopped and started again. */
public final class Postgres implements AutoCloseable {
  private final Path data;
  private final int port;
  private final Map<String, String> settings;
  private @Nullable EmbeddedPostgres server;

  private Postgres(Path data, int port, Map<String, String> settings) {
    this.data = data;
    this.port = port;
    this.settings = settings;
  }

  /** A server with 100 places. */
  public static Postgres start() throws IOException {
    return start(Map.of());
  }

  /** A server with settings of its own. */
  public static Postgres start(Map<String, String> settings) throws IOException {
    Postgres postgres =
        new Postgres(Files.createTempDirectory("weir-postgres"), freePort(), settings);
    try {
      postgres.up();
    } catch (IOException | RuntimeException e) {
      postgres.close();
      throw e;
    }
    return postgres;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts it, on the same port and with the same data as before. */
  public void up() throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setPort(port)
            .setDataDirectory(data)
            .setCleanDataDirectory(false);
    settings.forEach(builder::setServerConfig);
    server = builder.start();
  }

  /** Stops it; its sessions end at once. */
  public void down() throws IOException {
    EmbeddedPostgres running = server;
    server = null;
    if (running != null) {
      running.close();
    }
  }

  /** The URL of its only database, for everybody who comes from this machine. */
  public String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  /** The port on which it listens. */
  public int port() {
    return port;
  }

  /** Where its files are. */
  public Path data() {
    return data;
  }

  /** A session of the administrator's, which no pool knows. */
  public Connection admin() throws SQLException {
    return DriverManager.getConnection(url(), "postgres", "");
  }

  /** Executes statements as the administrator. */
  public void execute(String... statements) throws SQLException {
    try (Connection admin = admin();
        Statement statement = admin.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The first column of what the administrator asks for. */
  public List<String> ask(String sql) throws SQLException {
    try (Connection admin = admin();
        Statement statement = admin.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> answers = new ArrayList<>();
      while (rows.next()) {
        answers.add(String.valueOf(rows.getString(1)));
      }
      return answers;
    }
  }

  /** How many sessions have this name. */
  public int sessions(String applicationName) throws SQLException {
    return Integer.parseInt(
        ask("select count(*) from pg_stat_activity where application_name = '"
                + applicationName
                + "'")
            .get(0));
  }

  /** Ends the sessions that have this name. */
  public int terminate(String applicationName) throws SQLException {
    return ask("select pg_terminate_backend(pid) from pg_stat_activity where application_name = '"
            + applicationName
            + "'")
        .size();
  }

  @Override
  public void close() throws IOException {
    down();
    Folder.delete(data);
  }
}
