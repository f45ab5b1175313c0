package dev.weir.jdbc.view;

import java.time.Duration;

/**
 * The sessions of clients that PostgreSQL has: {@code pg_stat_activity} at one moment, over all
 * databases of the server.
 *
 * <p>The session that asked counts in {@code total} alone. PostgreSQL hides the state of other
 * users' sessions from a user who is neither superuser nor in {@code pg_monitor}: those count as
 * {@code hidden}.
 *
 * @param total sessions, whatever they do
 * @param active those that run a query
 * @param idle those that wait for their client, outside a transaction
 * @param idleInTransaction those that wait for their client in a transaction, failed ones included
 * @param hidden those whose state the collector may not see
 * @param oldestTransaction age of the oldest transaction; zero: there is none
 * @param oldestIdleInTransaction how long the session that has been idle in its transaction for the
 *     longest has been so; zero: there is none
 * @param maxConnections the server's bound of sessions
 */
public record DatabaseSessions(
    int total,
    int active,
    int idle,
    int idleInTransaction,
    int hidden,
    Duration oldestTransaction,
    Duration oldestIdleInTransaction,
    int maxConnections) {

  /** Sessions as a part of those that the server allows: 0 to 1. */
  public double used() {
    return (double) total / Math.max(1, maxConnections);
  }
}
