package dev.weir.jdbc.view;

import dev.weir.pool.Options;
import java.time.Instant;

/**
 * Something that a {@link DatabaseView} saw beyond its threshold.
 *
 * @param kind which threshold
 * @param about what was seen and what was allowed, for people
 * @param since when it was first seen
 */
public record Alert(Kind kind, String about, Instant since) {

  /** Which threshold. */
  public enum Kind {
    /** The database did not answer. */
    DATABASE_UNREACHABLE("the database did not answer"),
    /** {@link ViewOptions#maxActive}. */
    ACTIVE_SESSIONS("more active sessions than max-active"),
    /** {@link ViewOptions#maxUsed}. */
    CONNECTIONS_USED("more sessions than max-used of the server's max_connections"),
    /** {@link ViewOptions#maxIdleInTransaction}. */
    IDLE_IN_TRANSACTION(
        "a session idle in its transaction for longer than max-idle-in-transaction"),
    /** {@link ViewOptions#maxTransaction}. */
    LONG_TRANSACTION("a transaction older than max-transaction"),
    /** PgBouncer's console did not answer. */
    PGBOUNCER_UNREACHABLE("PgBouncer's console did not answer"),
    /** {@link ViewOptions#maxBouncerWait}. */
    PGBOUNCER_WAIT("a client of PgBouncer waits for longer than max-bouncer-wait"),
    /** {@link ViewOptions#maxBouncerWaiting}. */
    PGBOUNCER_WAITING("more clients of PgBouncer wait than max-bouncer-waiting");

    private final String about;

    Kind(String about) {
      this.about = about;
    }

    /** When it is raised, in one line. */
    public String about() {
      return about;
    }

    boolean isOfPgBouncer() {
      return compareTo(PGBOUNCER_UNREACHABLE) >= 0;
    }

    /** As metrics and health write it: {@code idle-in-transaction}. */
    public String label() {
      return Options.text(this);
    }
  }

  /** Such as {@code active-sessions: 25 sessions are active, 20 are allowed}. */
  @Override
  public String toString() {
    return kind.label() + ": " + about;
  }
}
