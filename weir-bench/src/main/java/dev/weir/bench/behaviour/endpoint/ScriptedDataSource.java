package dev.weir.bench.behaviour.endpoint;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The JDBC driver of a {@link ScriptedEndpoint}, as a bean, because some pools make their data
 * source by reflection. Heeds the login timeout as drivers do.
 */
public final class ScriptedDataSource implements DataSource {
  private String endpoint = "";
  private int loginTimeout;
  private @Nullable PrintWriter log;

  public ScriptedDataSource() {}

  public ScriptedDataSource(ScriptedEndpoint endpoint) {
    this.endpoint = endpoint.name();
  }

  public String getEndpoint() {
    return endpoint;
  }

  public void setEndpoint(String endpoint) {
    this.endpoint = endpoint;
  }

  /** Some pools hand a URL to every data source. */
  public void setUrl(String url) {
    this.endpoint = url;
  }

  public String getUrl() {
    return endpoint;
  }

  @Override
  public Connection getConnection() throws SQLException {
    try {
      Duration limit = loginTimeout == 0 ? null : Duration.ofSeconds(loginTimeout);
      return ScriptedConnection.over(ScriptedEndpoint.named(endpoint).open(limit));
    } catch (Exception e) {
      throw new SQLException("cannot connect: " + e.getMessage(), "08001", e);
    }
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return getConnection();
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return log;
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) {
    log = out;
  }

  @Override
  public void setLoginTimeout(int seconds) {
    loginTimeout = seconds;
  }

  @Override
  public int getLoginTimeout() {
    return loginTimeout;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("not a wrapper");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
