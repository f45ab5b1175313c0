package dev.weir.jdbc.bouncer;

import dev.weir.pool.InvalidOptionException;
import java.time.Duration;

/**
 * A pool of an application that is to have PgBouncer between itself and PostgreSQL.
 *
 * @param name tells it from others, in comments and errors
 * @param host of PostgreSQL
 * @param port of PostgreSQL
 * @param database as PostgreSQL calls it; ASCII letters, digits, {@code _}, {@code .} and {@code -}
 * @param user as whom it logs in
 * @param max connections of one instance at most: 1 to 10,000
 * @param instances processes of the application that have such a pool: 1 to 10,000
 * @param acquireTimeout how long its callers wait for a connection; more than 0s
 */
public record ApplicationPool(
    String name,
    String host,
    int port,
    String database,
    String user,
    int max,
    int instances,
    Duration acquireTimeout) {
  private static final int MOST = 10_000;

  /** Checks the values. */
  public ApplicationPool {
    check("name", name);
    check("host", host);
    check("database", database);
    check("user", user);
    if (port < 1 || port > 65_535) {
      throw new InvalidOptionException("port", port, "1 to 65535");
    }
    if (!database.matches("[A-Za-z0-9_.-]+")) {
      throw new InvalidOptionException(
          "database",
          database,
          "letters, digits, dots, underscores and dashes: pgbouncer.ini takes no other name");
    }
    if (database.equals(PgBouncerSnapshot.CONSOLE)) {
      throw new InvalidOptionException(
          "database", database, "another name: PgBouncer's console has this one");
    }
    if (max < 1 || max > MOST) {
      throw new InvalidOptionException("max", max, "1 to " + MOST);
    }
    if (instances < 1 || instances > MOST) {
      throw new InvalidOptionException("instances", instances, "1 to " + MOST);
    }
    if (acquireTimeout.toMillis() <= 0) {
      throw new InvalidOptionException("acquireTimeout", acquireTimeout, "more than 0s");
    }
  }

  /** Connections of all instances at most. */
  public int connections() {
    return max * instances;
  }

  /** What ends a line could add lines of its own to the file that is written. */
  private static void check(String option, String value) {
    if (value.isBlank() || value.codePoints().anyMatch(Character::isISOControl)) {
      throw new InvalidOptionException(
          option,
          value.replaceAll("\\p{Cntrl}", "\uFFFD"),
          "a text without line ends and other control characters");
    }
  }
}
