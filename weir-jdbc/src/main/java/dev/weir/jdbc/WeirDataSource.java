package dev.weir.jdbc;

import dev.weir.jdbc.internal.LeasedConnection;
import dev.weir.jdbc.internal.Physical;
import dev.weir.jdbc.internal.PoolRefusal;
import dev.weir.jdbc.internal.Transactions;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Pooled JDBC connections of any driver.
 *
 * <pre>{@code
 * try (WeirDataSource db =
 *     WeirDataSource.builder()
 *         .url("jdbc:postgresql://127.0.0.1:5432/shop")
 *         .user("app")
 *         .password(secret)
 *         .pool(pool -> pool.name("shop").max(20))
 *         .build()) {
 *   db.inTransaction(connection -> transfer(connection, from, to, amount));
 * }
 * }</pre>
 *
 * <p>A connection that is closed goes back to the pool: what was made with it is closed, an open
 * transaction is rolled back, and what its holder set is set back, each only if there is a need.
 * One that failed for good, as its SQLState or its driver says, is closed instead, and the others
 * are asked whether they still work before anybody gets them. What a holder changed by SQL alone
 * ({@code SET}, temporary tables, a transaction begun by a statement) is not seen.
 *
 * <p>Safe for any number of threads, platform or virtual; a connection and what is made with it for
 * one at a time, except for {@code close}, {@code abort} and {@code cancel}.
 */
public final class WeirDataSource implements DataSource, AutoCloseable {
  private final Pool<Physical> pool;
  private final Transactions transactions;

  WeirDataSource(Pool<Physical> pool) {
    this.pool = pool;
    this.transactions = new Transactions(this::lease);
  }

  /** A builder; the URL is all it needs. */
  public static JdbcBuilder builder() {
    return new JdbcBuilder();
  }

  /**
   * A builder that is set as these properties of HikariCP say, by the names that HikariCP, or
   * Spring Boot for it, gives them; what is not set has HikariCP's default. So a program moves by
   * changing one line.
   *
   * @throws dev.weir.pool.InvalidOptionException when a property is unknown, is not possible, or
   *     asks for what Weir has not
   */
  public static JdbcBuilder fromHikari(Properties properties) {
    return HikariProperties.read(properties);
  }

  /**
   * Leases a connection and waits for at most the pool's {@code acquireTimeout}, opening and
   * checking included. Closing it gives it back.
   *
   * @throws java.sql.SQLTransientConnectionException when there is none in time, too many wait
   *     already, or the server is down: with the SQLState of the last failed open
   * @throws SQLNonTransientConnectionException when the data source is closed
   * @throws SQLException when the wait is interrupted; the thread stays interrupted
   */
  @Override
  public Connection getConnection() throws SQLException {
    return lease(null);
  }

  private LeasedConnection lease(@Nullable Duration timeout) throws SQLException {
    Lease<Physical> lease;
    try {
      lease = timeout == null ? pool.acquire() : pool.acquire(timeout);
    } catch (PoolException e) {
      throw PoolRefusal.of(e);
    } catch (InterruptedException e) {
      throw PoolRefusal.interrupted(pool.name(), e);
    }
    return LeasedConnection.of(lease);
  }

  /** {@link #inTransaction(TransactionOptions, TransactionWork)} with every option's default. */
  public <T extends @Nullable Object, E extends Exception> T inTransaction(
      TransactionWork<T, E> work) throws SQLException, E {
    return inTransaction(TransactionOptions.defaults(), work);
  }

  /**
   * Runs work in a transaction: committed when the work returns, rolled back when it throws or when
   * it takes longer than {@code timeout}; then what runs is cancelled, and the connection closed.
   *
   * <p>Within work of the same thread on the same data source it is a part of that transaction:
   * only the part is rolled back when it throws, and the outer work may go on. A part has the outer
   * transaction's connection and time; it may not ask for another isolation, nor be read-only in
   * one that is not.
   *
   * @throws java.sql.SQLTimeoutException when the time was up; nothing was committed
   * @throws SQLException with SQLState 08007 when the connection was lost during the commit, so
   *     that the outcome is unknown: such a transaction is not run again, whatever {@code retries}
   *     says
   * @throws E what the work throws
   */
  public <T extends @Nullable Object, E extends Exception> T inTransaction(
      TransactionOptions options, TransactionWork<T, E> work) throws SQLException, E {
    return transactions.run(options, work);
  }

  /** The pool beneath: its counts, who holds what, its size, and how to drain or replace it. */
  public Pool<?> pool() {
    return pool;
  }

  /**
   * Closes every connection, leased ones under their holders' hands; {@code pool().drain()} before
   * lets them end. Closing twice does nothing.
   */
  @Override
  public void close() {
    pool.close();
  }

  /** Not possible: the connections of a pool belong to one user. */
  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException(
        "pool \"" + pool.name() + "\" has one user; make a data source for each");
  }

  /** The pool's {@code openTimeout}, in seconds. */
  @Override
  public int getLoginTimeout() {
    return Math.toIntExact(Math.max(1, pool.options().openTimeout().toSeconds()));
  }

  /** Not possible while the pool runs: {@code openTimeout} is set when it is built. */
  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    throw new SQLFeatureNotSupportedException("set openTimeout of the pool instead");
  }

  /** Null: nothing is logged in this way. */
  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  /** Not possible. */
  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    throw new SQLFeatureNotSupportedException("logs go to the logger dev.weir.jdbc");
  }

  /** The logger above all of this library's. */
  @Override
  public Logger getParentLogger() {
    return Logger.getLogger("dev.weir");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    if (type.isInstance(this)) {
      return type.cast(this);
    } else if (type.isInstance(pool)) {
      return type.cast(pool);
    }
    throw new SQLException("a WeirDataSource is no " + type.getName());
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this) || type.isInstance(pool);
  }

  @Override
  public String toString() {
    return "data source \"" + pool.name() + "\"";
  }
}
