package dev.weir.jdbc.bouncer;

import java.time.Duration;

/**
 * What went through one database since PgBouncer started: a row of {@code SHOW STATS}. What a
 * version does not say is 0.
 *
 * @param database as clients call it
 * @param transactions transactions that ended
 * @param queries queries that ended
 * @param bytesReceived from clients and servers
 * @param bytesSent to clients and servers
 * @param transactionTime all transactions together, waits between their queries included
 * @param queryTime all queries together
 * @param waitTime how long clients waited for server connections, all together
 */
public record PgBouncerTraffic(
    String database,
    long transactions,
    long queries,
    long bytesReceived,
    long bytesSent,
    Duration transactionTime,
    Duration queryTime,
    Duration waitTime) {

  static PgBouncerTraffic of(ConsoleRow row) {
    return new PgBouncerTraffic(
        row.text("database"),
        row.number("total_xact_count"),
        row.number("total_query_count"),
        row.number("total_received"),
        row.number("total_sent"),
        row.micros("total_xact_time"),
        row.micros("total_query_time"),
        row.micros("total_wait_time"));
  }
}
