package dev.weir.jdbc.internal;

import dev.weir.jdbc.Credentials;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Connections of a driver, found by the URL. URL and credentials are asked for at each open. */
public final class DriverSource implements ConnectionSource {
  private final Supplier<String> url;
  private final @Nullable Driver driver;
  private final @Nullable Supplier<Credentials> credentials;
  private final Map<String, String> properties;

  /**
   * Connections that a URL leads to.
   *
   * @param driver null: whichever takes the URL
   * @param credentials null: none, or those in the URL
   * @param properties what else the driver is told
   */
  public DriverSource(
      Supplier<String> url,
      @Nullable Driver driver,
      @Nullable Supplier<Credentials> credentials,
      Map<String, String> properties) {
    this.url = url;
    this.driver = driver;
    this.credentials = credentials;
    this.properties = Map.copyOf(properties);
  }

  @Override
  public Connection open() throws SQLException {
    String target = JdbcUrl.parse(url.get()).text();
    Properties told = new Properties();
    told.putAll(properties);
    if (credentials != null) {
      Credentials now = credentials.get();
      told.setProperty("user", now.user());
      told.setProperty("password", now.password());
    }
    // Not DriverManager.getConnection: its message tells the URL with all its parameters.
    Connection connection = driverOf(target).connect(target, told);
    if (connection == null) {
      throw refused(target);
    }
    return connection;
  }

  private Driver driverOf(String target) throws SQLException {
    if (driver != null) {
      return driver;
    }
    for (Driver candidate : DriverManager.drivers().toList()) {
      if (candidate.acceptsURL(target)) {
        return candidate;
      }
    }
    throw refused(target);
  }

  private SQLException refused(String target) {
    String asked =
        driver == null
            ? DriverManager.drivers()
                .map(known -> known.getClass().getName())
                .sorted()
                .collect(Collectors.joining(", "))
            : driver.getClass().getName();
    return new SQLNonTransientConnectionException(
        "no driver takes the URL "
            + JdbcUrl.shown(target)
            + " (asked: "
            + (asked.isEmpty() ? "none is there" : asked)
            + "): correct the URL, or put the driver's jar on the class path",
        SqlStates.CANNOT_CONNECT);
  }

  @Override
  public String place() {
    return JdbcUrl.shown(url.get());
  }

  @Override
  public @Nullable String kind() {
    String[] parts = url.get().split(":", 3);
    return parts.length < 3 ? null : parts[1].toLowerCase(Locale.ROOT);
  }
}
