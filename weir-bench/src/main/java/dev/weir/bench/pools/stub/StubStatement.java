package dev.weir.bench.pools.stub;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.*;
import java.util.Calendar;
import org.jspecify.annotations.Nullable;

/** A statement that does nothing and costs nothing; what takes a value or ends is accepted. */
@SuppressWarnings("deprecation") // JDBC has such methods, and an interface is implemented whole
final class StubStatement implements PreparedStatement {
  private boolean closed;

  @Override
  public void addBatch() throws SQLException {}

  @Override
  public void addBatch(String a) throws SQLException {}

  @Override
  public void cancel() throws SQLException {}

  @Override
  public void clearBatch() throws SQLException {}

  @Override
  public void clearParameters() throws SQLException {}

  @Override
  public void clearWarnings() throws SQLException {}

  @Override
  public void close() throws SQLException {
    closed = true;
  }

  @Override
  public void closeOnCompletion() throws SQLException {}

  @Override
  public boolean execute() throws SQLException {
    return true;
  }

  @Override
  public boolean execute(String a) throws SQLException {
    return true;
  }

  @Override
  public boolean execute(String a, int b) throws SQLException {
    return true;
  }

  @Override
  public boolean execute(String a, int[] b) throws SQLException {
    return true;
  }

  @Override
  public boolean execute(String a, String[] b) throws SQLException {
    return true;
  }

  @Override
  public int[] executeBatch() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public ResultSet executeQuery() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public ResultSet executeQuery(String a) throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public int executeUpdate() throws SQLException {
    return 1;
  }

  @Override
  public int executeUpdate(String a) throws SQLException {
    return 1;
  }

  @Override
  public int executeUpdate(String a, int b) throws SQLException {
    return 1;
  }

  @Override
  public int executeUpdate(String a, int[] b) throws SQLException {
    return 1;
  }

  @Override
  public int executeUpdate(String a, String[] b) throws SQLException {
    return 1;
  }

  @Override
  public Connection getConnection() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public int getFetchDirection() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public int getFetchSize() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public ResultSet getGeneratedKeys() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public int getMaxFieldSize() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public int getMaxRows() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public ResultSetMetaData getMetaData() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public boolean getMoreResults() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public boolean getMoreResults(int a) throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public ParameterMetaData getParameterMetaData() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public int getQueryTimeout() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public ResultSet getResultSet() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public int getResultSetConcurrency() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public int getResultSetHoldability() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public int getResultSetType() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public int getUpdateCount() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public @Nullable SQLWarning getWarnings() throws SQLException {
    return null;
  }

  @Override
  public boolean isCloseOnCompletion() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public boolean isClosed() throws SQLException {
    return closed;
  }

  @Override
  public boolean isPoolable() throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public void setArray(int a, Array b) throws SQLException {}

  @Override
  public void setAsciiStream(int a, InputStream b) throws SQLException {}

  @Override
  public void setAsciiStream(int a, InputStream b, int c) throws SQLException {}

  @Override
  public void setAsciiStream(int a, InputStream b, long c) throws SQLException {}

  @Override
  public void setBigDecimal(int a, BigDecimal b) throws SQLException {}

  @Override
  public void setBinaryStream(int a, InputStream b) throws SQLException {}

  @Override
  public void setBinaryStream(int a, InputStream b, int c) throws SQLException {}

  @Override
  public void setBinaryStream(int a, InputStream b, long c) throws SQLException {}

  @Override
  public void setBlob(int a, InputStream b) throws SQLException {}

  @Override
  public void setBlob(int a, InputStream b, long c) throws SQLException {}

  @Override
  public void setBlob(int a, Blob b) throws SQLException {}

  @Override
  public void setBoolean(int a, boolean b) throws SQLException {}

  @Override
  public void setByte(int a, byte b) throws SQLException {}

  @Override
  public void setBytes(int a, byte[] b) throws SQLException {}

  @Override
  public void setCharacterStream(int a, Reader b) throws SQLException {}

  @Override
  public void setCharacterStream(int a, Reader b, int c) throws SQLException {}

  @Override
  public void setCharacterStream(int a, Reader b, long c) throws SQLException {}

  @Override
  public void setClob(int a, Reader b) throws SQLException {}

  @Override
  public void setClob(int a, Reader b, long c) throws SQLException {}

  @Override
  public void setClob(int a, Clob b) throws SQLException {}

  @Override
  public void setCursorName(String a) throws SQLException {}

  @Override
  public void setDate(int a, Date b) throws SQLException {}

  @Override
  public void setDate(int a, Date b, Calendar c) throws SQLException {}

  @Override
  public void setDouble(int a, double b) throws SQLException {}

  @Override
  public void setEscapeProcessing(boolean a) throws SQLException {}

  @Override
  public void setFetchDirection(int a) throws SQLException {}

  @Override
  public void setFetchSize(int a) throws SQLException {}

  @Override
  public void setFloat(int a, float b) throws SQLException {}

  @Override
  public void setInt(int a, int b) throws SQLException {}

  @Override
  public void setLong(int a, long b) throws SQLException {}

  @Override
  public void setMaxFieldSize(int a) throws SQLException {}

  @Override
  public void setMaxRows(int a) throws SQLException {}

  @Override
  public void setNCharacterStream(int a, Reader b) throws SQLException {}

  @Override
  public void setNCharacterStream(int a, Reader b, long c) throws SQLException {}

  @Override
  public void setNClob(int a, Reader b) throws SQLException {}

  @Override
  public void setNClob(int a, Reader b, long c) throws SQLException {}

  @Override
  public void setNClob(int a, NClob b) throws SQLException {}

  @Override
  public void setNString(int a, String b) throws SQLException {}

  @Override
  public void setNull(int a, int b) throws SQLException {}

  @Override
  public void setNull(int a, int b, String c) throws SQLException {}

  @Override
  public void setObject(int a, Object b) throws SQLException {}

  @Override
  public void setObject(int a, Object b, int c) throws SQLException {}

  @Override
  public void setObject(int a, Object b, int c, int d) throws SQLException {}

  @Override
  public void setPoolable(boolean a) throws SQLException {}

  @Override
  public void setQueryTimeout(int a) throws SQLException {}

  @Override
  public void setRef(int a, Ref b) throws SQLException {}

  @Override
  public void setRowId(int a, RowId b) throws SQLException {}

  @Override
  public void setSQLXML(int a, SQLXML b) throws SQLException {}

  @Override
  public void setShort(int a, short b) throws SQLException {}

  @Override
  public void setString(int a, String b) throws SQLException {}

  @Override
  public void setTime(int a, Time b) throws SQLException {}

  @Override
  public void setTime(int a, Time b, Calendar c) throws SQLException {}

  @Override
  public void setTimestamp(int a, Timestamp b) throws SQLException {}

  @Override
  public void setTimestamp(int a, Timestamp b, Calendar c) throws SQLException {}

  @Override
  public void setURL(int a, URL b) throws SQLException {}

  @Override
  public void setUnicodeStream(int a, InputStream b, int c) throws SQLException {}

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return false;
  }
}
