package dev.weir.bench.pools.stub;

import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Opens stub connections for pools that want a data source, and for those that want a URL and a
 * driver's class. Every database has a URL of its own.
 */
public final class StubDatabase implements DataSource {
  private static final String PREFIX = "jdbc:stub:";
  private static final Map<String, StubDatabase> BY_URL = new ConcurrentHashMap<>();
  private static final AtomicInteger MADE = new AtomicInteger();

  private final String url = PREFIX + MADE.incrementAndGet();
  private final Opening opening;

  public StubDatabase(Opening opening) {
    this.opening = opening;
    BY_URL.put(url, this);
  }

  public String url() {
    return url;
  }

  @Override
  public Connection getConnection() throws SQLException {
    try {
      opening.open();
    } catch (OpenFailedException e) {
      throw new SQLException("cannot connect to " + url, "08001", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted", "08001", new InterruptedIOException());
    }
    return new StubConnection();
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return getConnection();
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(PrintWriter out) {}

  @Override
  public void setLoginTimeout(int seconds) {}

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }

  /** The driver of all stub databases. */
  public static final class StubDriver implements Driver {
    static {
      try {
        DriverManager.registerDriver(new StubDriver());
      } catch (SQLException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    @Override
    public @Nullable Connection connect(String url, Properties info) throws SQLException {
      return acceptsURL(url) ? Objects.requireNonNull(BY_URL.get(url)).getConnection() : null;
    }

    @Override
    public boolean acceptsURL(String url) {
      return url.startsWith(PREFIX);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
      return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
      return 1;
    }

    @Override
    public int getMinorVersion() {
      return 0;
    }

    @Override
    public boolean jdbcCompliant() {
      return false;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
      throw new SQLFeatureNotSupportedException();
    }
  }
}
