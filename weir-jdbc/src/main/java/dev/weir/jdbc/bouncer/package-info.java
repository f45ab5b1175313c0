/**
 * PgBouncer in front of PostgreSQL: what its version can do, what its console shows, and a
 * configuration that fits given pools.
 *
 * <p>{@link dev.weir.jdbc.bouncer.PgBouncerConsole} reads the console, {@link
 * dev.weir.jdbc.bouncer.PgBouncerVersion} knows what a data source behind it has to be told, {@link
 * dev.weir.jdbc.bouncer.PgBouncerAdvice} writes {@code pgbouncer.ini} and PostgreSQL's settings.
 *
 * <p>In transaction mode a client has another server connection in each transaction. So what
 * outlives a transaction belongs to a stranger afterwards, and cannot be used:
 *
 * <ul>
 *   <li>{@code SET} without {@code LOCAL}, but for the few parameters that PgBouncer tracks;
 *   <li>session advisory locks ({@code pg_advisory_lock}); those of a transaction ({@code
 *       pg_advisory_xact_lock}) work;
 *   <li>{@code LISTEN}; {@code NOTIFY} works;
 *   <li>cursors {@code WITH HOLD};
 *   <li>temporary tables, but with {@code ON COMMIT DROP};
 *   <li>{@code PREPARE} and {@code EXECUTE} as SQL; and those of the protocol, which drivers use of
 *       their own accord, before version 1.21: {@link
 *       dev.weir.jdbc.bouncer.PgBouncerVersion#driverProperties};
 *   <li>{@code LOAD}.
 * </ul>
 *
 * <p>What needs one of these goes around PgBouncer: a small pool of its own, straight to
 * PostgreSQL.
 */
@NullMarked
package dev.weir.jdbc.bouncer;

import org.jspecify.annotations.NullMarked;
