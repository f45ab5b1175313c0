package dev.weir.jdbc.bouncer;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * PgBouncer's console, read through the PostgreSQL driver. Changes nothing there.
 *
 * <pre>{@code
 * PgBouncerConsole console = PgBouncerConsole.at("127.0.0.1", 6432, "stats", password);
 * int waiting = console.snapshot().clientsWaiting();
 * }</pre>
 *
 * <p>The user has to be one of {@code stats_users} or {@code admin_users}. The first question logs
 * in, and the connection is kept for the next, one at a time; a question that finds it broken, by a
 * restart of PgBouncer for example, logs in once more. {@link #close} gives it back.
 *
 * <p>Safe for any number of threads.
 */
public final class PgBouncerConsole implements AutoCloseable {
  /**
   * The console knows the simple protocol alone. The other two keep pgjdbc 42.7.5 and later from
   * {@code SET extra_float_digits}, which the console refuses (PgBouncer's issue 1509).
   */
  private static final String PARAMETERS =
      "?preferQueryMode=simple&assumeMinServerVersion=9.4&replication=database"
          + "&loginTimeout=5&connectTimeout=5&socketTimeout=5";

  private final String place;
  private final Login login;
  private final Lock oneAsks = new ReentrantLock();

  /** Kept since pgjdbc logs a warning with each login: the server's version is none it knows. */
  private @Nullable Connection kept;

  @FunctionalInterface
  private interface Login {
    Connection open() throws SQLException;
  }

  private PgBouncerConsole(String place, Login login) {
    this.place = place;
    this.login = login;
  }

  /**
   * The console of a PgBouncer, by a driver that {@link DriverManager} finds. Its {@code
   * ignore_startup_parameters} has to name {@code extra_float_digits} and {@code replication}.
   */
  public static PgBouncerConsole at(String host, int port, String user, String password) {
    String url = url(host, port);
    return new PgBouncerConsole(
        "of " + host + ":" + port + " for user \"" + user + "\"",
        () -> {
          Properties properties = new Properties();
          properties.setProperty("user", user);
          properties.setProperty("password", password);
          return DriverManager.getConnection(url, properties);
        });
  }

  /**
   * The console behind a data source, whose URL has to be {@link #url} or have the parameters of
   * it.
   */
  public static PgBouncerConsole of(DataSource dataSource) {
    return new PgBouncerConsole("behind the given data source", dataSource::getConnection);
  }

  /** The URL of a console, with the parameters that pgjdbc needs to log in there; 5 s a wait. */
  public static String url(String host, int port) {
    String address = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    return "jdbc:postgresql://"
        + address
        + ":"
        + port
        + "/"
        + PgBouncerSnapshot.CONSOLE
        + PARAMETERS;
  }

  /**
   * Which PgBouncer this is.
   *
   * @throws SQLException names the console, what happened and what to do
   */
  public PgBouncerVersion version() throws SQLException {
    return ask(PgBouncerConsole::version);
  }

  /**
   * {@code SHOW POOLS}, {@code STATS} and {@code DATABASES}, one after the other.
   *
   * @throws SQLException names the console, what happened and what to do
   */
  public PgBouncerSnapshot snapshot() throws SQLException {
    return ask(
        statement ->
            new PgBouncerSnapshot(
                version(statement),
                show(statement, "POOLS").stream().map(PgBouncerPool::of).toList(),
                show(statement, "STATS").stream().map(PgBouncerTraffic::of).toList(),
                show(statement, "DATABASES").stream().map(PgBouncerDatabase::of).toList()));
  }

  /**
   * {@code SHOW CONFIG}: each setting by its name, in alphabetical order. A copy.
   *
   * @throws SQLException names the console, what happened and what to do
   */
  public Map<String, String> config() throws SQLException {
    return ask(PgBouncerConsole::config);
  }

  /**
   * What pgjdbc has to be told in transaction mode behind this PgBouncer, by its version and its
   * {@code max_prepared_statements}: {@link PgBouncerVersion#driverProperties}.
   *
   * @throws SQLException names the console, what happened and what to do
   */
  public Map<String, String> driverProperties() throws SQLException {
    return ask(
        statement -> {
          String most = config(statement).getOrDefault("max_prepared_statements", "0");
          return version(statement)
              .driverProperties(most.matches("\\d{1,9}") ? Integer.parseInt(most) : 0);
        });
  }

  /** Names the console, without the password. */
  @Override
  public String toString() {
    return "PgBouncer console " + place;
  }

  private static PgBouncerVersion version(Statement statement) throws SQLException {
    List<ConsoleRow> rows = show(statement, "VERSION");
    String text = rows.isEmpty() ? "" : rows.get(0).text("version");
    try {
      return PgBouncerVersion.parse(text);
    } catch (IllegalArgumentException e) {
      throw new SQLException("SHOW VERSION says \"" + text + "\", so this is no PgBouncer", e);
    }
  }

  private static Map<String, String> config(Statement statement) throws SQLException {
    Map<String, String> settings = new TreeMap<>();
    for (ConsoleRow row : show(statement, "CONFIG")) {
      settings.put(row.text("key"), row.text("value"));
    }
    return settings;
  }

  private static List<ConsoleRow> show(Statement statement, String what) throws SQLException {
    try (ResultSet result = statement.executeQuery("SHOW " + what)) {
      return ConsoleRow.all(result);
    }
  }

  @FunctionalInterface
  private interface Question<T> {
    T ask(Statement statement) throws SQLException;
  }

  private <T> T ask(Question<T> question) throws SQLException {
    oneAsks.lock();
    try {
      Connection before = kept;
      if (before != null) {
        try {
          return ask(before, question);
        } catch (SQLException e) {
          close(); // whatever it was: the next try says it with a connection that is new
        }
      }
      Connection fresh = login.open();
      kept = fresh;
      return ask(fresh, question);
    } catch (SQLException e) {
      close();
      throw new SQLException(
          this + ": " + e.getMessage() + nextStep(String.valueOf(e.getMessage())),
          e.getSQLState(),
          e);
    } finally {
      oneAsks.unlock();
    }
  }

  private static <T> T ask(Connection connection, Question<T> question) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return question.ask(statement);
    }
  }

  /** Gives the connection back, if there is one. A question after that logs in again. */
  @Override
  public void close() {
    oneAsks.lock();
    try {
      Connection before = kept;
      kept = null;
      if (before != null) {
        before.close();
      }
    } catch (SQLException e) {
      // It was broken, and is gone all the same.
    } finally {
      oneAsks.unlock();
    }
  }

  private static String nextStep(String message) {
    if (message.contains("unsupported startup parameter")) {
      return "; set ignore_startup_parameters = extra_float_digits,replication in pgbouncer.ini";
    } else if (message.contains("SET failed") || message.contains("extra_float_digits")) {
      return "; the data source's URL needs the parameters of PgBouncerConsole.url";
    } else if (message.contains("not allowed")) {
      return "; name the user in stats_users of pgbouncer.ini";
    } else if (message.contains("authentication failed")) {
      return "; check the password in PgBouncer's auth_file";
    } else if (message.contains("No suitable driver")) {
      return "; put org.postgresql:postgresql on the class path";
    } else if (message.contains("unrecognized configuration parameter")) {
      return "; this is PostgreSQL, not PgBouncer's console: check the port";
    } else if (message.contains("refused")) {
      return "; is PgBouncer running there?";
    }
    return "";
  }
}
