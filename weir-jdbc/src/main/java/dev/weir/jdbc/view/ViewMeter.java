package dev.weir.jdbc.view;

import java.util.List;

/**
 * The meters of a {@link DatabaseView}: the one place of their names, from which the table in
 * {@code docs/database.md} is made.
 */
public enum ViewMeter {
  UP("weir.database.up", "gauge", "1: the last look was answered; 0: it was not"),
  ALERTS("weir.database.alerts", "gauge", "what is beyond its threshold now"),
  ALERTS_RAISED(
      "weir.database.alerts_raised", "counter", "how often each threshold was passed", "alert"),
  SESSIONS(
      "weir.database.sessions",
      "gauge",
      "sessions by what they do: active, idle, idle-in-transaction; hidden: the collector's user may not see it",
      "state"),
  SESSIONS_ALL("weir.database.sessions_all", "gauge", "sessions, the collector's own included"),
  SESSIONS_MAX("weir.database.sessions_max", "gauge", "the server's max_connections"),
  OLDEST_TRANSACTION(
      "weir.database.oldest_transaction", "gauge, time", "age of the oldest transaction"),
  OLDEST_IDLE_IN_TRANSACTION(
      "weir.database.oldest_idle_in_transaction",
      "gauge, time",
      "how long the session has been idle that is so in its transaction for the longest"),
  PGBOUNCER_UP(
      "weir.pgbouncer.up", "gauge", "1: the console answered the last look; 0: it did not"),
  PGBOUNCER_CLIENTS(
      "weir.pgbouncer.clients",
      "gauge",
      "clients of all pools: active (have a server connection or want none), waiting",
      "state"),
  PGBOUNCER_SERVERS(
      "weir.pgbouncer.servers",
      "gauge",
      "server connections of all pools: active, idle, used (to be checked first), tested, login",
      "state"),
  PGBOUNCER_MAX_WAIT(
      "weir.pgbouncer.max_wait",
      "gauge, time",
      "how long the first client in line waits for a server connection"),
  PGBOUNCER_TRANSACTIONS(
      "weir.pgbouncer.transactions", "counter", "transactions since PgBouncer started"),
  PGBOUNCER_QUERIES("weir.pgbouncer.queries", "counter", "queries since PgBouncer started"),
  PGBOUNCER_WAIT_SECONDS(
      "weir.pgbouncer.wait_seconds",
      "counter",
      "seconds that clients waited for server connections, all together");

  /** The tag of every meter: the name of the view. */
  static final String DATABASE = "database";

  private final String meterName;
  private final String kind;
  private final String about;
  private final List<String> ownTags;

  ViewMeter(String meterName, String kind, String about, String... ownTags) {
    this.meterName = meterName;
    this.kind = kind;
    this.about = about;
    this.ownTags = List.of(ownTags);
  }

  /** Such as {@code weir.database.sessions}. */
  public String meterName() {
    return meterName;
  }

  /** What a meter is, for people. */
  public String kind() {
    return kind;
  }

  /** What it counts, in one line. */
  public String about() {
    return about;
  }

  /** Its tags beside {@code database}. */
  public List<String> ownTags() {
    return ownTags;
  }
}
