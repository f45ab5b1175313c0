package dev.weir.jdbc.internal;

import dev.weir.jdbc.Isolation;
import dev.weir.jdbc.JdbcOptions;
import dev.weir.pool.ConnectionFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;

/**
 * Opens, checks and closes the driver's connections. That a session is set back is not said here
 * but by {@link LeasedConnection}, which knows whether there is anything to set back: the pool
 * would ask for every lease.
 */
public final class JdbcFactory implements ConnectionFactory<Physical> {
  private final ConnectionSource source;
  private final JdbcOptions options;
  private final SqlStates states;

  /** Connections of a source, each with the session that the options ask for. */
  public JdbcFactory(ConnectionSource source, JdbcOptions options) {
    this.source = source;
    this.options = options;
    this.states = SqlStates.of(source.kind());
  }

  @Override
  public Physical open() throws SQLException {
    Connection connection;
    try {
      connection = source.open();
    } catch (SQLException e) {
      throw OpenFailure.explain(e, source.place());
    }
    try {
      prepare(connection);
    } catch (SQLException | RuntimeException e) {
      try {
        connection.close();
      } catch (SQLException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
    return new Physical(connection, options.autoCommit(), states);
  }

  private void prepare(Connection connection) throws SQLException {
    if (!options.networkTimeout().isZero()) {
      connection.setNetworkTimeout(
          Runnable::run, Math.toIntExact(options.networkTimeout().toMillis()));
    }
    if (options.readOnly()) {
      connection.setReadOnly(true);
    }
    if (options.isolation() != Isolation.DEFAULT) {
      connection.setTransactionIsolation(options.isolation().level());
    }
    if (!options.catalog().isEmpty()) {
      connection.setCatalog(options.catalog());
    }
    if (!options.schema().isEmpty()) {
      connection.setSchema(options.schema());
    }
    if (!options.initSql().isEmpty()) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(options.initSql());
      }
    }
    // Last: what stands above must not become part of the first holder's transaction.
    connection.setAutoCommit(options.autoCommit());
  }

  @Override
  public boolean check(Physical physical, Duration timeout) throws SQLException {
    Connection connection = physical.connection();
    int seconds = Math.toIntExact(Math.max(1, (timeout.toMillis() + 999) / 1000));
    if (options.testQuery().isEmpty()) {
      if (!connection.isValid(seconds)) {
        return false;
      }
    } else {
      try (Statement statement = connection.createStatement()) {
        statement.setQueryTimeout(seconds);
        statement.execute(options.testQuery());
      }
    }
    if (!options.autoCommit()) {
      // Or an idle connection would sit in a transaction and hold back the server's cleaning.
      connection.rollback();
    }
    return true;
  }

  @Override
  public void close(Physical physical) throws SQLException {
    if (physical.isLeased()) {
      // Closing politely would wait for the statement that its holder has under way.
      physical.cancel();
      physical.connection().abort(Runnable::run);
    }
    physical.connection().close();
  }

  @Override
  public Map<String, String> attributes(Physical physical) {
    String sql = physical.lastSql();
    return sql == null ? Map.of() : Map.of("lastSql", SqlText.withoutValues(sql));
  }
}
