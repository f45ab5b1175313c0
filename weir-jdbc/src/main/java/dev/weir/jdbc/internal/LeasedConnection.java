package dev.weir.jdbc.internal;

import dev.weir.pool.Lease;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.CallableStatement;
import java.sql.ClientInfoStatus;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Wrapper;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A leased connection. {@link #close} closes what was made with it and is still open, rolls back
 * what was not committed, sets back what was set, and ends the lease; a connection that failed for
 * good is closed instead. It may be called by any thread and any number of times: the first call,
 * decided by one exchange, does it all.
 */
public final class LeasedConnection extends ForwardingConnection {
  private static final VarHandle DRIVER = driverHandle();

  private final Lease<Physical> lease;
  private final Physical physical;
  private @Nullable Leased<?> newest;
  private @Nullable Expiry expiry;

  private LeasedConnection(Lease<Physical> lease, Physical physical) {
    super(physical.connection());
    this.lease = lease;
    this.physical = physical;
  }

  /**
   * The connection of a lease that has just begun.
   *
   * @throws SQLException when the driver refuses to begin; the lease has ended then
   */
  public static LeasedConnection of(Lease<Physical> lease) throws SQLException {
    try {
      Physical physical = lease.connection();
      physical.begin();
      return new LeasedConnection(lease, physical);
    } catch (SQLException | RuntimeException e) {
      lease.invalidate(e);
      throw e;
    }
  }

  private static VarHandle driverHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(Leased.class, "driver", Wrapper.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @Override
  String what() {
    return "connection";
  }

  @Override
  LeasedConnection connection() {
    return this;
  }

  /** The pool closes it. */
  @Override
  void release(Connection open) {}

  @Override
  public boolean isClosed() {
    return driver == null;
  }

  /** Nothing while a transaction of {@code inTransaction} runs, which ends the lease itself. */
  @Override
  public void close() {
    if (expiry == null) {
      end();
    }
  }

  /** Ends the lease. */
  void end() {
    if (DRIVER.getAndSet(this, null) == null) {
      return;
    }
    Throwable broken = physical.broken();
    if (broken == null) {
      broken = tidy();
    }
    physical.end();
    if (broken == null) {
      lease.close();
    } else {
      lease.invalidate(broken);
    }
  }

  private @Nullable Throwable tidy() {
    try {
      for (Leased<?> open = newest; open != null; open = open.older) {
        open.abandon();
      }
      newest = null;
      physical.tidy();
      return null;
    } catch (SQLException | RuntimeException e) {
      // The caller has done what it wanted, or was told; that this cannot be undone is ours to
      // mend.
      return e;
    }
  }

  /** Has the work of this lease refused and cancelled when its time is up. */
  void expireBy(Expiry expiry) {
    this.expiry = expiry;
  }

  /** Ends the lease and closes the connection, whatever is under way on it. */
  void discard(Throwable cause) {
    if (DRIVER.getAndSet(this, null) != null) {
      physical.end();
      lease.invalidate(cause);
    }
  }

  /** Ends what runs on the connection, from another thread. */
  void cut() {
    try {
      physical.connection().abort(Runnable::run);
    } catch (SQLException | RuntimeException e) {
      // Then it ends when the driver gives up; the lease is over at that moment.
      physical.seeFailure(e);
    }
  }

  boolean isBroken() {
    return physical.broken() != null;
  }

  void seeFailure(SQLException e) {
    if (driver != null) {
      physical.seeFailure(e);
    }
  }

  /** Somebody may use the driver's object behind our back. */
  void handOut() {
    physical.session().handedOut();
  }

  /** Something may have begun a transaction. */
  void worked() {
    physical.session().worked();
  }

  void starting(@Nullable Statement statement, @Nullable String sql) throws SQLException {
    driver();
    physical.starting(statement, sql);
    if (expiry != null) {
      expiry.starting(statement);
    }
  }

  <L extends Leased<?>> L link(L made) {
    Leased<?> before = newest;
    if (before != null) {
      before.newer = made;
    }
    made.older = before;
    newest = made;
    return made;
  }

  void unlink(Leased<?> closed) {
    Leased<?> older = closed.older;
    Leased<?> newer = closed.newer;
    if (newer != null) {
      newer.older = older;
    } else if (newest == closed) {
      newest = older;
    }
    if (older != null) {
      older.newer = newer;
    }
    closed.older = null;
    closed.newer = null;
  }

  Statement wrap(Statement statement) {
    return link(new LeasedStatement<>(this, statement));
  }

  PreparedStatement wrap(PreparedStatement statement, String sql) {
    return link(new LeasedPrepared<>(this, statement, sql));
  }

  CallableStatement wrap(CallableStatement statement, String sql) {
    return link(new LeasedCallable(this, statement, sql));
  }

  DatabaseMetaData wrap(DatabaseMetaData metaData) {
    return new LeasedMetaData(this, metaData);
  }

  @Override
  public void setAutoCommit(boolean autoCommit) throws SQLException {
    if (autoCommit) {
      refuseInTransaction();
    }
    super.setAutoCommit(autoCommit);
    physical.session().autoCommit(autoCommit);
  }

  @Override
  public void commit() throws SQLException {
    refuseInTransaction();
    commitWork();
  }

  void commitWork() throws SQLException {
    super.commit();
    physical.session().ended();
  }

  @Override
  public void rollback() throws SQLException {
    refuseInTransaction();
    rollBackWork();
  }

  void rollBackWork() throws SQLException {
    super.rollback();
    physical.session().ended();
  }

  private void refuseInTransaction() throws SQLException {
    if (expiry != null) {
      throw new SQLException(
          "inTransaction commits when its work returns and rolls back when it throws",
          SqlStates.IN_TRANSACTION);
    }
  }

  @Override
  public Savepoint setSavepoint() throws SQLException {
    worked();
    return super.setSavepoint();
  }

  @Override
  public Savepoint setSavepoint(String name) throws SQLException {
    worked();
    return super.setSavepoint(name);
  }

  @Override
  public void setReadOnly(boolean readOnly) throws SQLException {
    remember(SessionReset.READ_ONLY);
    super.setReadOnly(readOnly);
  }

  @Override
  public void setTransactionIsolation(int isolation) throws SQLException {
    remember(SessionReset.ISOLATION);
    super.setTransactionIsolation(isolation);
  }

  @Override
  public void setCatalog(String catalog) throws SQLException {
    remember(SessionReset.CATALOG);
    super.setCatalog(catalog);
  }

  @Override
  public void setSchema(String schema) throws SQLException {
    remember(SessionReset.SCHEMA);
    super.setSchema(schema);
  }

  @Override
  public void setNetworkTimeout(Executor executor, int millis) throws SQLException {
    remember(SessionReset.NETWORK_TIMEOUT);
    super.setNetworkTimeout(executor, millis);
  }

  private void remember(int what) throws SQLException {
    driver();
    try {
      physical.session().remember(what);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  @Override
  public void setClientInfo(String name, String value) throws SQLClientInfoException {
    open(name).setClientInfo(name, value);
  }

  @Override
  public void setClientInfo(Properties properties) throws SQLClientInfoException {
    open("all").setClientInfo(properties);
  }

  private Connection open(String name) throws SQLClientInfoException {
    Connection open = driver;
    if (open == null) {
      throw new SQLClientInfoException(
          "the connection is closed",
          SqlStates.CLOSED,
          Map.of(name, ClientInfoStatus.REASON_UNKNOWN));
    }
    return open;
  }

  @Override
  public void abort(Executor executor) throws SQLException {
    Connection open = driver;
    if (open != null) {
      try {
        open.abort(executor);
      } finally {
        discard(new SQLException("the connection was aborted by its holder", SqlStates.CLOSED));
      }
    }
  }

  /** The pool tells the driver where a request begins and ends. */
  @Override
  public void beginRequest() throws SQLException {
    driver();
  }

  @Override
  public void endRequest() throws SQLException {
    driver();
  }
}
