package dev.weir.jdbc.bouncer.kit;

import dev.weir.jdbc.kit.Postgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.postgresql.ds.PGSimpleDataSource;

/** A PostgreSQL with a database and a role of its own, that can be restarted at its port. */
public final class Database implements AutoCloseable {
  public static final String NAME = "shop";
  public static final String USER = "app";
  public static final int MAX_CONNECTIONS = 30;

  private final Postgres server;

  private Database(Postgres server) {
    this.server = server;
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
    Database database = new Database(Postgres.start(settings));
    try {
      database.server.execute("create database " + NAME, "create role " + USER + " login");
    } catch (SQLException e) {
      database.close();
      throw e;
    }
    return database;
  }

  public int port() {
    return server.port();
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
    server.down();
  }

  /** The same database again, at the same port. */
  public void startAgain() throws IOException {
    server.up();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
