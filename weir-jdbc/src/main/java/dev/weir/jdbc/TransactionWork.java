package dev.weir.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What is done in a transaction.
 *
 * @param <T> what comes out of it
 * @param <E> what it throws besides SQLException
 */
@FunctionalInterface
public interface TransactionWork<T extends @Nullable Object, E extends Exception> {

  /**
   * Does the work. Returning commits, throwing rolls back.
   *
   * @param connection the transaction's; closing it does nothing, {@code commit} and {@code
   *     rollback} without a savepoint are refused
   */
  T run(Connection connection) throws SQLException, E;
}
