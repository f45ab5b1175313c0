package dev.weir.jdbc;

import dev.weir.jdbc.internal.ConnectionSource;
import dev.weir.jdbc.internal.DriverSource;
import dev.weir.jdbc.internal.JdbcFactory;
import dev.weir.jdbc.internal.JdbcUrl;
import dev.weir.jdbc.internal.LeakLog;
import dev.weir.jdbc.internal.Physical;
import dev.weir.jdbc.internal.WrappedSource;
import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.Options;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolBuilder;
import dev.weir.pool.PoolOptions;
import java.lang.reflect.RecordComponent;
import java.sql.Driver;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Builds data sources. Not safe for use by several threads at once; may build several.
 *
 * <p>Where an option of the pool is set twice, {@link #pool} beats {@link #property}, and that
 * beats the URL.
 */
public final class JdbcBuilder {
  private final Map<String, Object> session = new LinkedHashMap<>();
  private final Map<String, Object> poolOptions = new LinkedHashMap<>();
  private final Map<String, String> driverProperties = new LinkedHashMap<>();
  private String name = "jdbc";
  private @Nullable Supplier<String> url;
  private @Nullable DataSource dataSource;
  private @Nullable Driver driver;
  private @Nullable Supplier<Credentials> credentials;
  private @Nullable String user;
  private String password = "";
  private Consumer<PoolBuilder<?>> pool = builder -> {};

  JdbcBuilder() {}

  /**
   * Where the connections lead. Two parameters are the pool's and not shown to the driver: {@code
   * connection_limit}, which is {@code max}, and {@code pool_timeout}, which is {@code
   * acquireTimeout} in seconds.
   */
  public JdbcBuilder url(String url) {
    return url(() -> url);
  }

  /**
   * Where the connections lead, asked whenever one is opened: by several threads at once, so be
   * quick. After a change, {@code pool().evictAll()} replaces what leads to the old place. The
   * pool's parameters count as they stand when the data source is built.
   */
  public JdbcBuilder url(Supplier<String> url) {
    this.url = url;
    return this;
  }

  /** A data source that does not pool, in place of a URL. */
  public JdbcBuilder dataSource(DataSource dataSource) {
    this.dataSource = dataSource;
    return this;
  }

  /** The driver; unless set, whichever takes the URL. */
  public JdbcBuilder driver(Driver driver) {
    this.driver = driver;
    return this;
  }

  /** Who opens the connections. */
  public JdbcBuilder user(String user) {
    this.user = user;
    return this;
  }

  /** The password of {@link #user}. */
  public JdbcBuilder password(String password) {
    this.password = password;
    return this;
  }

  /**
   * Who opens the connections, asked whenever one is opened: by several threads at once. What is
   * open already stays; {@code pool().evictAll()} replaces it.
   */
  public JdbcBuilder credentials(Supplier<Credentials> credentials) {
    this.credentials = credentials;
    return this;
  }

  /** Tells the driver something that could stand in the URL as well. */
  public JdbcBuilder driverProperty(String name, String value) {
    driverProperties.put(name, value);
    return this;
  }

  /** Whether each statement is a transaction of its own. Default: true. */
  public JdbcBuilder autoCommit(boolean autoCommit) {
    return set("autoCommit", autoCommit);
  }

  /** Whether the driver is told that nothing will be written. Default: false. */
  public JdbcBuilder readOnly(boolean readOnly) {
    return set("readOnly", readOnly);
  }

  /** How far transactions are kept apart. Default: as the server does unasked. */
  public JdbcBuilder isolation(Isolation isolation) {
    return set("isolation", isolation);
  }

  /** The catalog of new connections. Default: the URL's. */
  public JdbcBuilder catalog(String catalog) {
    return set("catalog", catalog);
  }

  /** The schema of new connections. Default: the server's choice. */
  public JdbcBuilder schema(String schema) {
    return set("schema", schema);
  }

  /** Longest wait for an answer to one request; 0s: for ever. Default: 0s. */
  public JdbcBuilder networkTimeout(Duration networkTimeout) {
    return set("networkTimeout", networkTimeout);
  }

  /** Executed once on each new connection. Default: nothing. */
  public JdbcBuilder initSql(String initSql) {
    return set("initSql", initSql);
  }

  /** What a check executes. Default: the driver's own {@code isValid}. */
  public JdbcBuilder testQuery(String testQuery) {
    return set("testQuery", testQuery);
  }

  /** Sets anything of the pool: its name, its bounds, its listener. */
  public JdbcBuilder pool(Consumer<PoolBuilder<?>> pool) {
    this.pool = this.pool.andThen(pool);
    return this;
  }

  /**
   * Sets one option by its name, Java or dashed, from text: {@code url}, {@code user}, {@code
   * password}, {@code name}, {@code driver.NAME} for what the driver is told, and the options of
   * {@link JdbcOptions} and {@link PoolOptions}.
   *
   * @throws InvalidOptionException when there is no such option or its value is not possible
   */
  public JdbcBuilder property(String option, String value) {
    switch (option) {
      case "url" -> url(value);
      case "user" -> user(value);
      case "password" -> password(value);
      case "name" -> name = value;
      default -> {
        if (option.startsWith("driver.")) {
          driverProperty(option.substring("driver.".length()), value);
        } else if (has(JdbcOptions.class, option)) {
          set(option, value);
        } else if (has(PoolOptions.class, option)) {
          poolOptions.put(option, value);
        } else {
          throw unknown(option);
        }
      }
    }
    return this;
  }

  /** {@link #property} for each of them. */
  public JdbcBuilder properties(Properties properties) {
    for (String option : new TreeSet<>(properties.stringPropertyNames())) {
      property(option, properties.getProperty(option));
    }
    return this;
  }

  /**
   * Builds the data source, which starts to open {@code min} connections in the background.
   *
   * @throws InvalidOptionException when an option, or two together, are not possible
   * @throws dev.weir.pool.EndpointDownException when {@code startMustSucceed} is set and the
   *     connections could not be opened
   */
  public WeirDataSource build() {
    JdbcOptions options = Options.with(JdbcOptions.defaults(), session);
    LeakLog leaks = new LeakLog();
    PoolBuilder<Physical> builder = Pool.builder(new JdbcFactory(source(), options));
    Map<String, Object> fromUrl = url == null ? Map.of() : JdbcUrl.parse(url.get()).poolOptions();
    builder.name(name).options(Options.with(sized(fromUrl), poolOptions)).listener(leaks);
    pool.accept(builder);
    Pool<Physical> built = builder.build();
    leaks.watch(built);
    return new WeirDataSource(built);
  }

  /** A limit below the usual minimum lowers that as well: who says one means one. */
  private static PoolOptions sized(Map<String, Object> fromUrl) {
    PoolOptions usual = PoolOptions.defaults();
    return fromUrl.get("max") instanceof Integer max && max < usual.min()
        ? Options.with(usual.withSize(max, max), fromUrl)
        : Options.with(usual, fromUrl);
  }

  private ConnectionSource source() {
    Supplier<Credentials> who = credentials;
    if (who == null && user != null) {
      Credentials fixed = new Credentials(user, password);
      who = () -> fixed;
    }
    if (dataSource != null) {
      if (url != null) {
        throw new InvalidOptionException(
            "url", JdbcUrl.shown(url.get()), "nothing, since there is a data source");
      }
      return new WrappedSource(dataSource, who);
    } else if (url == null) {
      throw new InvalidOptionException("url", null, "where the connections lead: jdbc:…");
    }
    return new DriverSource(url, driver, who, driverProperties);
  }

  private JdbcBuilder set(String option, Object value) {
    session.put(option, value);
    return this;
  }

  private static boolean has(Class<? extends Record> type, String option) {
    return Arrays.stream(type.getRecordComponents())
        .map(RecordComponent::getName)
        .anyMatch(known -> known.equals(option) || Options.dashed(known).equals(option));
  }

  private static InvalidOptionException unknown(String option) {
    TreeSet<String> known = new TreeSet<>();
    known.addAll(java.util.List.of("url", "user", "password", "name", "driver.NAME"));
    for (Class<?> type : new Class<?>[] {JdbcOptions.class, PoolOptions.class}) {
      for (RecordComponent component : type.getRecordComponents()) {
        known.add(Options.dashed(component.getName()));
      }
    }
    return new InvalidOptionException(option, "this option", "one of " + String.join(", ", known));
  }
}
