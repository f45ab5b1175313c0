package dev.weir.jdbc.view;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * Asks {@code pg_stat_activity} (PostgreSQL 10 and later), with bounds on the wait. Of a session
 * that the asking user may not see, the server tells neither state nor kind, but whose it is.
 */
final class ActivityQuery {
  private static final String QUERY =
      """
      select count(*) as total,
        count(*) filter (where other and state = 'active') as active,
        count(*) filter (where other and state = 'idle') as idle,
        count(*) filter (where other and state like 'idle in transaction%') as idle_in_transaction,
        count(*) filter (where other and state is null) as hidden,
        1000 * extract(epoch from max(clock_timestamp() - xact_start) filter (where other))
          as oldest_transaction,
        1000 * extract(epoch from max(clock_timestamp() - state_change)
          filter (where other and state like 'idle in transaction%')) as oldest_idle_in_transaction,
        current_setting('max_connections')::int as max_connections
      from (select *, pid <> pg_backend_pid() as other from pg_stat_activity) as sessions
      where backend_type = 'client backend'
        or backend_type is null and datid is not null and usesysid is not null
      """;

  /** What the server's time limit has beyond it before the socket's ends the wait. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final DataSource database;
  private final Duration timeout;

  ActivityQuery(DataSource database, Duration timeout) {
    this.database = database;
    this.timeout = timeout;
  }

  DatabaseSessions ask() throws SQLException {
    try (Connection connection = database.getConnection()) {
      // A server that vanished answers no cancel either: only the socket can end that wait.
      int before = connection.getNetworkTimeout();
      connection.setNetworkTimeout(Runnable::run, (int) timeout.plus(GRACE).toMillis());
      try {
        return ask(connection);
      } finally {
        if (!connection.isClosed()) {
          connection.setNetworkTimeout(Runnable::run, before);
        }
      }
    }
  }

  private DatabaseSessions ask(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout((int) timeout.toSeconds());
      try (ResultSet row = statement.executeQuery(QUERY)) {
        row.next();
        return new DatabaseSessions(
            row.getInt("total"),
            row.getInt("active"),
            row.getInt("idle"),
            row.getInt("idle_in_transaction"),
            row.getInt("hidden"),
            millis(row, "oldest_transaction"),
            millis(row, "oldest_idle_in_transaction"),
            row.getInt("max_connections"));
      }
    }
  }

  /** Null reads as zero, and so does what a clock that was set back makes negative. */
  private static Duration millis(ResultSet row, String column) throws SQLException {
    return Duration.ofMillis(Math.max(0, (long) row.getDouble(column)));
  }
}
