package dev.weir.jdbc.bouncer;

import java.time.Duration;

/**
 * A pool of PgBouncer, one for each database and user: a row of {@code SHOW POOLS}. What a version
 * does not say is 0.
 *
 * @param database as clients call it
 * @param user whose connections these are
 * @param clientsActive clients that have a server connection or want none
 * @param clientsWaiting clients that wait for a server connection
 * @param serversActive server connections that serve a client
 * @param serversIdle server connections ready for the next
 * @param serversUsed server connections that have to be checked before the next
 * @param serversTested server connections being reset or checked
 * @param serversLogin server connections being opened
 * @param maxWait how long the first client in line has waited so far
 * @param poolMode session, transaction or statement; empty when the version does not say
 */
public record PgBouncerPool(
    String database,
    String user,
    int clientsActive,
    int clientsWaiting,
    int serversActive,
    int serversIdle,
    int serversUsed,
    int serversTested,
    int serversLogin,
    Duration maxWait,
    String poolMode) {

  static PgBouncerPool of(ConsoleRow row) {
    return new PgBouncerPool(
        row.text("database"),
        row.text("user"),
        row.count("cl_active"),
        row.count("cl_waiting"),
        row.count("sv_active"),
        row.count("sv_idle"),
        row.count("sv_used"),
        row.count("sv_tested"),
        row.count("sv_login"),
        Duration.ofSeconds(row.number("maxwait")).plus(row.micros("maxwait_us")),
        row.text("pool_mode"));
  }

  /** Server connections, whatever they do. */
  public int servers() {
    return serversActive + serversIdle + serversUsed + serversTested + serversLogin;
  }
}
