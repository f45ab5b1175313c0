package dev.weir.jdbc.kit;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A real MariaDB server on the loopback address, of the programs that this machine has: with a
 * folder and a port of its own, ended by {@link #close}. It can be stopped and started again.
 */
public final class MariaDb implements AutoCloseable {
  /** Who opens the connections of a test; has no rights beyond {@link #DATABASE}. */
  public static final String USER = "app";

  public static final String PASSWORD = "not-a-secret";
  public static final String DATABASE = "shop";

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Path folder;
  private final int port;
  private @Nullable Process server;

  private MariaDb(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /** A server with a database and a user. */
  public static MariaDb start() throws IOException, SQLException {
    MariaDb mariaDb = new MariaDb(Files.createTempDirectory("weir-mariadb"), freePort());
    try {
      mariaDb.install();
      mariaDb.up();
      mariaDb.execute(
          "create database " + DATABASE,
          "create user " + USER + "@'%' identified by '" + PASSWORD + "'",
          "grant all on " + DATABASE + ".* to " + USER + "@'%'");
    } catch (IOException | SQLException | RuntimeException | Error e) {
      mariaDb.close();
      throw e;
    }
    return mariaDb;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void install() throws IOException {
    Process installing =
        run("mariadb-install-db", "--auth-root-authentication-method=normal", "--skip-test-db");
    try {
      if (installing.waitFor() != 0) {
        throw new IOException("mariadb-install-db: " + Files.readString(log()));
      }
    } catch (InterruptedException e) {
      installing.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Starts it, on the same port and with the same data as before. */
  public void up() throws IOException {
    Process started =
        run(
            "mariadbd",
            "--bind-address=127.0.0.1",
            "--port=" + port,
            "--socket=" + folder.resolve("socket"),
            "--pid-file=" + folder.resolve("pid"),
            // Its tests restart it often, and nothing in it is worth keeping.
            "--innodb-flush-log-at-trx-commit=0");
    server = started;
    Awaitility.await().atMost(PATIENCE).until(() -> !started.isAlive() || answers());
    if (!started.isAlive()) {
      throw new IOException("mariadbd does not start: " + Files.readString(log()));
    }
  }

  private Process run(String name, String... arguments) throws IOException {
    Path program = Program.find(name);
    if (program == null) {
      throw new IOException(
          "there is no "
              + name
              + " on the PATH or in /usr/sbin;"
              + " Debian: apt-get install mariadb-server-core mariadb-client-core");
    }
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    // First, or it is refused.
    command.add("--no-defaults");
    command.add("--datadir=" + folder.resolve("data"));
    command.add("--skip-name-resolve");
    if ("root".equals(System.getProperty("user.name"))) {
      command.add("--user=root");
    }
    Collections.addAll(command, arguments);
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(log().toFile())
        .start();
  }

  private boolean answers() {
    try (Connection admin = admin()) {
      return admin.isValid(10);
    } catch (SQLException notYet) {
      return false;
    }
  }

  /** Stops it; its sessions end at once. */
  public void down() throws IOException {
    Process running = server;
    server = null;
    if (running != null) {
      running.destroy();
      try {
        if (!running.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          throw new IOException("mariadbd does not stop: " + Files.readString(log()));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        running.destroyForcibly();
      }
    }
  }

  private Path log() {
    return folder.resolve("output.log");
  }

  /** The URL of the test's database. */
  public String url() {
    return url(port);
  }

  /** The same where something stands in between. */
  public static String url(int port) {
    return "jdbc:mariadb://127.0.0.1:" + port + "/" + DATABASE;
  }

  /** The port on which it listens. */
  public int port() {
    return port;
  }

  /** A session of the administrator's, which no pool knows. */
  public Connection admin() throws SQLException {
    return DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + port + "/", "root", "");
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

  /** How many sessions the test's user has. */
  public int sessions() throws SQLException {
    return Integer.parseInt(
        ask("select count(*) from information_schema.processlist where user = '" + USER + "'")
            .get(0));
  }

  /** Ends every session of the test's user. */
  public void terminate() throws SQLException {
    execute("kill user " + USER);
  }

  @Override
  public void close() throws IOException {
    try {
      down();
    } finally {
      Folder.delete(folder);
    }
  }
}
