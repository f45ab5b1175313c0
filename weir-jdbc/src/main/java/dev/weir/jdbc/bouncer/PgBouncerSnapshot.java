package dev.weir.jdbc.bouncer;

import java.time.Duration;
import java.util.List;

/**
 * What the console said at one moment, without the console's own database {@code pgbouncer}.
 *
 * @param version of the server
 * @param pools one for each database and user that somebody used
 * @param traffic one for each database that somebody used
 * @param databases one for each database of the configuration
 */
public record PgBouncerSnapshot(
    PgBouncerVersion version,
    List<PgBouncerPool> pools,
    List<PgBouncerTraffic> traffic,
    List<PgBouncerDatabase> databases) {
  /** The database that is the console itself. */
  static final String CONSOLE = "pgbouncer";

  /** Keeps copies, without the console itself. */
  public PgBouncerSnapshot {
    pools = pools.stream().filter(pool -> !pool.database().equals(CONSOLE)).toList();
    traffic = traffic.stream().filter(row -> !row.database().equals(CONSOLE)).toList();
    databases = databases.stream().filter(row -> !row.name().equals(CONSOLE)).toList();
  }

  /** Clients of all pools that have a server connection or want none. */
  public int clientsActive() {
    return pools.stream().mapToInt(PgBouncerPool::clientsActive).sum();
  }

  /** Clients of all pools that wait for a server connection. */
  public int clientsWaiting() {
    return pools.stream().mapToInt(PgBouncerPool::clientsWaiting).sum();
  }

  /** Server connections of all pools that serve a client. */
  public int serversActive() {
    return pools.stream().mapToInt(PgBouncerPool::serversActive).sum();
  }

  /** How long the client that has waited the longest has waited so far. */
  public Duration maxWait() {
    return pools.stream()
        .map(PgBouncerPool::maxWait)
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }
}
