package dev.weir.jdbc.bouncer;

import java.util.List;

/**
 * A {@code pgbouncer.ini} and the PostgreSQL settings that fit given pools, with the reason of each
 * line as a comment.
 *
 * <p>The same input always gives the same text, byte for byte. No password is in it.
 *
 * @param pgbouncerIni PgBouncer's whole configuration, in transaction mode
 * @param postgresqlConf settings for a file in PostgreSQL's {@code conf.d}
 */
public record PgBouncerAdvice(String pgbouncerIni, String postgresqlConf) {

  /**
   * Works it out.
   *
   * @param pools of applications, all at one PostgreSQL server; two with the same database and user
   *     share a pool of PgBouncer
   * @throws dev.weir.pool.InvalidOptionException when the pools are at more than one server, or the
   *     memory does not suffice for the sessions
   */
  public static PgBouncerAdvice of(List<ApplicationPool> pools, AdviceOptions options) {
    List<ApplicationPool> all = List.copyOf(pools);
    Sizing sizing = new Sizing(all, options);
    return new PgBouncerAdvice(
        new IniText(all, options, sizing).write(), new PostgresText(options, sizing).write());
  }
}
