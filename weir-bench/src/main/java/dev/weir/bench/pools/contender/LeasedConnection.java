package dev.weir.bench.pools.contender;

import dev.weir.pool.Lease;
import java.sql.*;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A JDBC connection whose {@code close()} closes its lease: the least that a data source over the
 * pool has to put around a driver's connection, so that wrappers race against a wrapper. As the
 * other pools do by default, it refuses use after close, clears warnings, and sets back what its
 * holder has set.
 */
final class LeasedConnection implements Connection {
  private static final int AUTO_COMMIT = 1;
  private static final int READ_ONLY = 2;
  private static final int ISOLATION = 4;

  private final Lease<Connection> lease;
  private @Nullable Connection driver;
  private int changed;

  LeasedConnection(Lease<Connection> lease) {
    this.lease = lease;
    this.driver = lease.connection();
  }

  private Connection open() throws SQLException {
    Connection open = driver;
    if (open == null) {
      throw new SQLException("the connection is closed", "08003");
    }
    return open;
  }

  @Override
  public void close() throws SQLException {
    Connection used = driver;
    if (used == null) {
      return;
    }
    driver = null;
    try {
      if (changed != 0) {
        reset(used);
      }
      used.clearWarnings();
    } catch (SQLException e) {
      lease.invalidate(e);
      throw e;
    }
    lease.close();
  }

  private void reset(Connection used) throws SQLException {
    if ((changed & AUTO_COMMIT) != 0 && !used.getAutoCommit()) {
      used.rollback();
      used.setAutoCommit(true);
    }
    if ((changed & READ_ONLY) != 0) {
      used.setReadOnly(false);
    }
    if ((changed & ISOLATION) != 0) {
      used.setTransactionIsolation(TRANSACTION_READ_COMMITTED);
    }
  }

  @Override
  public boolean isClosed() {
    return driver == null;
  }

  @Override
  public void abort(Executor executor) throws SQLException {
    open().abort(executor);
  }

  @Override
  public void clearWarnings() throws SQLException {
    open().clearWarnings();
  }

  @Override
  public void commit() throws SQLException {
    open().commit();
  }

  @Override
  public Array createArrayOf(String text, Object[] elements) throws SQLException {
    return open().createArrayOf(text, elements);
  }

  @Override
  public Blob createBlob() throws SQLException {
    return open().createBlob();
  }

  @Override
  public Clob createClob() throws SQLException {
    return open().createClob();
  }

  @Override
  public NClob createNClob() throws SQLException {
    return open().createNClob();
  }

  @Override
  public SQLXML createSQLXML() throws SQLException {
    return open().createSQLXML();
  }

  @Override
  public Statement createStatement() throws SQLException {
    return open().createStatement();
  }

  @Override
  public Statement createStatement(int value, int second) throws SQLException {
    return open().createStatement(value, second);
  }

  @Override
  public Statement createStatement(int value, int second, int third) throws SQLException {
    return open().createStatement(value, second, third);
  }

  @Override
  public Struct createStruct(String text, Object[] elements) throws SQLException {
    return open().createStruct(text, elements);
  }

  @Override
  public boolean getAutoCommit() throws SQLException {
    return open().getAutoCommit();
  }

  @Override
  public String getCatalog() throws SQLException {
    return open().getCatalog();
  }

  @Override
  public Properties getClientInfo() throws SQLException {
    return open().getClientInfo();
  }

  @Override
  public String getClientInfo(String text) throws SQLException {
    return open().getClientInfo(text);
  }

  @Override
  public int getHoldability() throws SQLException {
    return open().getHoldability();
  }

  @Override
  public DatabaseMetaData getMetaData() throws SQLException {
    return open().getMetaData();
  }

  @Override
  public int getNetworkTimeout() throws SQLException {
    return open().getNetworkTimeout();
  }

  @Override
  public String getSchema() throws SQLException {
    return open().getSchema();
  }

  @Override
  public int getTransactionIsolation() throws SQLException {
    return open().getTransactionIsolation();
  }

  @Override
  public Map<String, Class<?>> getTypeMap() throws SQLException {
    return open().getTypeMap();
  }

  @Override
  public @Nullable SQLWarning getWarnings() throws SQLException {
    return open().getWarnings();
  }

  @Override
  public boolean isReadOnly() throws SQLException {
    return open().isReadOnly();
  }

  @Override
  public boolean isValid(int value) throws SQLException {
    return open().isValid(value);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return open().isWrapperFor(type);
  }

  @Override
  public String nativeSQL(String text) throws SQLException {
    return open().nativeSQL(text);
  }

  @Override
  public CallableStatement prepareCall(String text) throws SQLException {
    return open().prepareCall(text);
  }

  @Override
  public CallableStatement prepareCall(String text, int value, int second) throws SQLException {
    return open().prepareCall(text, value, second);
  }

  @Override
  public CallableStatement prepareCall(String text, int value, int second, int third)
      throws SQLException {
    return open().prepareCall(text, value, second, third);
  }

  @Override
  public PreparedStatement prepareStatement(String text) throws SQLException {
    return open().prepareStatement(text);
  }

  @Override
  public PreparedStatement prepareStatement(String text, int value) throws SQLException {
    return open().prepareStatement(text, value);
  }

  @Override
  public PreparedStatement prepareStatement(String text, int[] columns) throws SQLException {
    return open().prepareStatement(text, columns);
  }

  @Override
  public PreparedStatement prepareStatement(String text, String[] columns) throws SQLException {
    return open().prepareStatement(text, columns);
  }

  @Override
  public PreparedStatement prepareStatement(String text, int value, int second)
      throws SQLException {
    return open().prepareStatement(text, value, second);
  }

  @Override
  public PreparedStatement prepareStatement(String text, int value, int second, int third)
      throws SQLException {
    return open().prepareStatement(text, value, second, third);
  }

  @Override
  public void releaseSavepoint(Savepoint savepoint) throws SQLException {
    open().releaseSavepoint(savepoint);
  }

  @Override
  public void rollback() throws SQLException {
    open().rollback();
  }

  @Override
  public void rollback(Savepoint savepoint) throws SQLException {
    open().rollback(savepoint);
  }

  @Override
  public void setAutoCommit(boolean value) throws SQLException {
    Connection open = open();
    changed |= AUTO_COMMIT;
    open.setAutoCommit(value);
  }

  @Override
  public void setCatalog(String text) throws SQLException {
    open().setCatalog(text);
  }

  @Override
  public void setClientInfo(Properties properties) throws SQLClientInfoException {
    throw new SQLClientInfoException();
  }

  @Override
  public void setClientInfo(String text, String more) throws SQLClientInfoException {
    throw new SQLClientInfoException();
  }

  @Override
  public void setHoldability(int value) throws SQLException {
    open().setHoldability(value);
  }

  @Override
  public void setNetworkTimeout(Executor executor, int value) throws SQLException {
    open().setNetworkTimeout(executor, value);
  }

  @Override
  public void setReadOnly(boolean value) throws SQLException {
    Connection open = open();
    changed |= READ_ONLY;
    open.setReadOnly(value);
  }

  @Override
  public Savepoint setSavepoint() throws SQLException {
    return open().setSavepoint();
  }

  @Override
  public Savepoint setSavepoint(String text) throws SQLException {
    return open().setSavepoint(text);
  }

  @Override
  public void setSchema(String text) throws SQLException {
    open().setSchema(text);
  }

  @Override
  public void setTransactionIsolation(int value) throws SQLException {
    Connection open = open();
    changed |= ISOLATION;
    open.setTransactionIsolation(value);
  }

  @Override
  public void setTypeMap(Map<String, Class<?>> types) throws SQLException {
    open().setTypeMap(types);
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return open().unwrap(type);
  }
}
