package dev.weir.jdbc.bouncer.kit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/** A PostgreSQL with a database and a role of its own, that can be restarted at its port. */
public final class Database implements AutoCloseable {
  public static final String NAME = "shop";
  public static final String USER = "app";
  public static final int MAX_CONNECTIONS = 30;

  private static final String NAME_OF_ALL = "postgres";

  private final Path directory;
  private final Map<String, String> settings;
  private EmbeddedPostgres server;

  private Database(Path directory, Map<String, String> settings) throws IOException {
    this.directory = directory;
    this.settings = settings;
    this.server = server().start();
  }

  public static Database start() throws IOException, SQLException {
    return start(
        Map.of(
            "max_connections",
            String.valueOf(MAX_CONNECTIONS),
            "superuser_reserved_connections",
            "3"));
  }

  public static Database start(Map<String, String> settings) throws IOException, SQLException {
    Path directory = Files.createTempDirectory("weir-postgres-");
    Database database;
    try {
      database = new Database(directory, settings);
    } catch (IOException | RuntimeException e) {
      delete(directory);
      throw e;
    }
    try {
      database.run(NAME_OF_ALL, "create database " + NAME);
      database.run(NAME_OF_ALL, "create role " + USER + " login");
    } catch (SQLException e) {
      database.close();
      throw e;
    }
    return database;
  }

  private EmbeddedPostgres.Builder server() {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(directory.resolve("data"))
            .setCleanDataDirectory(false);
    settings.forEach(builder::setServerConfig);
    return builder;
  }

  public int port() {
    return server.getPort();
  }

  /** Straight to the server, as superuser. */
  public PGSimpleDataSource dataSource() {
    return dataSource(port(), "postgres", "");
  }

  /** To this database at some port of this machine: of the server, or of a PgBouncer. */
  public static PGSimpleDataSource dataSource(int port, String user, String password) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setServerNames(new String[] {"127.0.0.1"});
    source.setPortNumbers(new int[] {port});
    source.setDatabaseName(NAME);
    source.setUser(user);
    source.setPassword(password);
    source.setConnectTimeout(5);
    return source;
  }

  public void run(String database, String sql) throws SQLException {
    PGSimpleDataSource source = dataSource();
    source.setDatabaseName(database);
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  public void stop() throws IOException {
    server.close();
  }

  /** The same database again, at the same port. */
  public void startAgain() throws IOException {
    server = server().setPort(port()).start();
  }

  @Override
  public void close() throws IOException {
    try {
      server.close();
    } finally {
      delete(directory);
    }
  }

  static void delete(Path directory) throws IOException {
    List<Path> all;
    try (Stream<Path> found = Files.walk(directory)) {
      all = found.sorted(Comparator.reverseOrder()).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }
}
