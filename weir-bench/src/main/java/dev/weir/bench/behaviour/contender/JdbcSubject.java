package dev.weir.bench.behaviour.contender;

import dev.weir.bench.behaviour.endpoint.ScriptedConnection;
import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import dev.weir.bench.behaviour.endpoint.Wire;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** A pool behind {@link DataSource}. */
abstract class JdbcSubject implements Subject {
  private final DataSource pool;
  private final ScriptedEndpoint endpoint;

  JdbcSubject(DataSource pool, ScriptedEndpoint endpoint) {
    this.pool = pool;
    this.endpoint = endpoint;
  }

  @Override
  public Held acquire() throws Exception {
    return held(pool.getConnection());
  }

  final Held held(Connection connection) throws SQLException {
    int number = Integer.parseInt(connection.getClientInfo(ScriptedConnection.NUMBER));
    return new JdbcHeld(connection, endpoint.opened(number));
  }

  /** Whole seconds, at least one, for pools that count in seconds. */
  static int seconds(java.time.Duration span) {
    return (int) Math.max(1, (span.toMillis() + 999) / 1000);
  }

  /** A connection of a JDBC pool. */
  record JdbcHeld(Connection connection, Wire wire) implements Held {
    @Override
    public void use() throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute("select 1");
      }
    }

    @Override
    public void alter() throws SQLException {
      connection.setAutoCommit(false);
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }

    /** A JDBC pool has to tell from the exception, as it has no other way. */
    @Override
    public void fail() throws SQLException {
      wire.cut();
      try {
        use();
      } catch (SQLException expected) {
        // The pool saw it too.
      }
      try {
        connection.close();
      } catch (SQLException alreadyGone) {
        // Some pools tell that what is given back was broken.
      }
    }
  }
}
