package dev.weir.jdbc.internal;

import dev.weir.jdbc.Isolation;
import dev.weir.jdbc.TransactionOptions;
import dev.weir.jdbc.TransactionWork;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.SQLTimeoutException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Runs work in transactions, one a thread: what is begun within another becomes a part of it that
 * can be undone by itself. For any number of threads.
 */
public final class Transactions {
  private static final long FIRST_PAUSE = 10;
  private static final long LONGEST_PAUSE = 1000;

  private final Leases leases;
  private final ThreadLocal<@Nullable Running> current = new ThreadLocal<>();

  /** Where the connections come from. */
  @FunctionalInterface
  public interface Leases {
    /** Leases a connection and waits for at most {@code timeout}. */
    LeasedConnection lease(Duration timeout) throws SQLException;
  }

  private record Running(LeasedConnection connection, Expiry expiry, TransactionOptions options) {}

  /** Transactions on these connections. */
  public Transactions(Leases leases) {
    this.leases = leases;
  }

  /** See {@code WeirDataSource.inTransaction}. */
  public <T extends @Nullable Object, E extends Exception> T run(
      TransactionOptions options, TransactionWork<T, E> work) throws SQLException, E {
    Running outer = current.get();
    if (outer != null) {
      return within(outer, options, work);
    }
    for (int tries = 0; ; tries++) {
      try {
        return once(options, work);
      } catch (Exception e) {
        if (tries >= options.retries() || !isConflict(e)) {
          throw e;
        }
        pause(tries, e);
      }
    }
  }

  private <T extends @Nullable Object, E extends Exception> T once(
      TransactionOptions options, TransactionWork<T, E> work) throws SQLException, E {
    LeasedConnection connection = leases.lease(options.maxWait());
    Expiry expiry = Expiry.start(connection, options.timeout());
    current.set(new Running(connection, expiry, options));
    try {
      begin(connection, options);
      T result = work.run(connection);
      expiry.check();
      commit(connection);
      return result;
    } catch (Exception e) {
      if (expiry.isExpired() && !isToldAlready(e)) {
        throw expiry.timeIsUp(e);
      }
      throw e;
    } finally {
      current.remove();
      if (expiry.end()) {
        // What was not committed is rolled back with it.
        connection.end();
      } else {
        connection.discard(expiry.timeIsUp(null));
      }
    }
  }

  private static void begin(LeasedConnection connection, TransactionOptions options)
      throws SQLException {
    if (options.isolation() != Isolation.DEFAULT) {
      connection.setTransactionIsolation(options.isolation().level());
    }
    if (options.readOnly()) {
      connection.setReadOnly(true);
    }
    connection.setAutoCommit(false);
  }

  private static void commit(LeasedConnection connection) throws SQLException {
    try {
      connection.commitWork();
    } catch (SQLException e) {
      if (connection.isBroken()) {
        throw new SQLNonTransientException(
            "the connection was lost during the commit: whether the transaction happened is"
                + " unknown; look before you run it again",
            SqlStates.OUTCOME_UNKNOWN,
            e);
      }
      throw e;
    }
  }

  private static <T extends @Nullable Object, E extends Exception> T within(
      Running outer, TransactionOptions options, TransactionWork<T, E> work)
      throws SQLException, E {
    if (options.isolation() != Isolation.DEFAULT
        && options.isolation() != outer.options().isolation()) {
      throw differs("isolation", options.isolation(), outer.options().isolation());
    }
    if (options.readOnly() && !outer.options().readOnly()) {
      throw differs("readOnly", true, false);
    }
    LeasedConnection connection = outer.connection();
    Savepoint before = connection.setSavepoint();
    try {
      T result = work.run(connection);
      connection.releaseSavepoint(before);
      return result;
    } catch (Throwable e) {
      if (!outer.expiry().isExpired() && !connection.isBroken()) {
        try {
          connection.rollback(before);
        } catch (SQLException rollingBack) {
          e.addSuppressed(rollingBack);
        }
      }
      throw e;
    }
  }

  private static IllegalStateException differs(String option, Object inner, Object outer) {
    return new IllegalStateException(
        "a transaction within another is a part of it and cannot have "
            + option
            + " "
            + inner
            + " where the outer one has "
            + outer);
  }

  private static boolean isConflict(Throwable failure) {
    int deep = 0;
    for (Throwable e = failure; e != null && deep < 10; e = e.getCause(), deep++) {
      if (e instanceof SQLException sql) {
        return SqlStates.isConflict(sql);
      }
    }
    return false;
  }

  /** A driver's own word for what was cancelled is no answer to why it was. */
  private static boolean isToldAlready(Exception e) {
    return e instanceof SQLException sql
        && (SqlStates.OUTCOME_UNKNOWN.equals(sql.getSQLState())
            || (e instanceof SQLTimeoutException
                && SqlStates.TIME_IS_UP.equals(sql.getSQLState())));
  }

  /** Waits longer each time, and not as long as the other who lost the same conflict. */
  private static void pause(int tries, Exception why) throws SQLException {
    long longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(tries, 10));
    try {
      // A pause is what is wanted: who won the conflict tells nobody when it is through.
      Thread.sleep(ThreadLocalRandom.current().nextLong(longest / 2, longest + 1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted before a transaction was tried again", "40001", why);
    }
  }
}
