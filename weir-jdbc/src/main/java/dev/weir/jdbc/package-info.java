/**
 * {@link WeirDataSource}, made by {@link JdbcBuilder}: pooled JDBC connections, and transactions on
 * them. Everything here may be used from any thread, platform or virtual; a connection, and what is
 * made with it, by one thread at a time.
 */
@NullMarked
package dev.weir.jdbc;

import org.jspecify.annotations.NullMarked;
