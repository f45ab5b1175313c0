package dev.weir.jdbc.bouncer;

/**
 * A database that PgBouncer serves: a row of {@code SHOW DATABASES}. What a version does not say is
 * 0, false or empty.
 *
 * @param name as clients call it
 * @param host where PostgreSQL is; empty: a Unix socket
 * @param port PostgreSQL's
 * @param database as PostgreSQL calls it
 * @param poolSize server connections of each user at most
 * @param minPoolSize server connections kept open
 * @param reservePoolSize server connections more, for clients that wait for long
 * @param poolMode where it differs from that of all others; empty: it does not
 * @param maxConnections server connections of all users at most; 0: no limit
 * @param currentConnections server connections now
 * @param paused whether its clients are held up by {@code PAUSE}
 * @param disabled whether new clients are refused by {@code DISABLE}
 */
public record PgBouncerDatabase(
    String name,
    String host,
    int port,
    String database,
    int poolSize,
    int minPoolSize,
    int reservePoolSize,
    String poolMode,
    int maxConnections,
    int currentConnections,
    boolean paused,
    boolean disabled) {

  static PgBouncerDatabase of(ConsoleRow row) {
    return new PgBouncerDatabase(
        row.text("name"),
        row.text("host"),
        row.count("port"),
        row.text("database"),
        row.count("pool_size"),
        row.count("min_pool_size"),
        // Called reserve_pool before 1.24.
        row.count(row.has("reserve_pool_size") ? "reserve_pool_size" : "reserve_pool"),
        row.text("pool_mode"),
        row.count("max_connections"),
        row.count("current_connections"),
        row.isOn("paused"),
        row.isOn("disabled"));
  }
}
