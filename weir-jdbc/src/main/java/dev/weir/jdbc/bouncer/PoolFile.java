package dev.weir.jdbc.bouncer;

import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.Options;
import dev.weir.pool.PoolOptions;
import java.io.IOException;
import java.io.Reader;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The properties file of a pool, as far as {@link PgBouncerAdvice} has to know it: {@code url},
 * {@code user}, {@code max}, {@code acquire-timeout}, {@code name} and {@code instances}; the last
 * says how many processes have such a pool, 1 by default. Other options of the pool may stand there
 * too; none of them is read, the password least of all.
 *
 * <p>What the URL says with {@code user}, {@code connection_limit} and {@code pool_timeout} counts
 * where the file has no option of its own.
 */
public final class PoolFile {
  private static final Pattern URL =
      Pattern.compile(
          "jdbc:postgresql://(?<host>\\[[0-9A-Fa-f:.]+]|[^/:?,\\[\\]]+)?(?::(?<port>\\d{1,5}))?/(?<database>[^?]*)(?:\\?(?<query>.*))?");

  private PoolFile() {}

  /**
   * Reads a file.
   *
   * @param file in UTF-8; its name without the ending is the pool's, unless it says {@code name}
   * @throws InvalidOptionException names the option, its value and what was expected
   * @throws IOException when it cannot be read
   */
  public static ApplicationPool read(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IllegalArgumentException e) {
      throw new IOException("no file of properties: " + e.getMessage(), e);
    }
    Map<String, String> options = new HashMap<>();
    properties
        .stringPropertyNames()
        .forEach(name -> options.put(Options.dashed(name), properties.getProperty(name).strip()));
    String fileName = String.valueOf(file.getFileName());
    int ending = fileName.lastIndexOf('.');
    return of(ending > 0 ? fileName.substring(0, ending) : fileName, options);
  }

  /** A pool from options with dashed names. */
  static ApplicationPool of(String name, Map<String, String> options) {
    String url = options.get("url");
    Matcher matcher = URL.matcher(url == null ? "" : url);
    if (!matcher.matches()) {
      // The URL itself may hold a password.
      throw new InvalidOptionException(
          "url",
          url == null ? null : "this one",
          "jdbc:postgresql://HOST:PORT/DATABASE, with one host");
    }
    Map<String, String> query = query(matcher.group("query"));
    String user = first(options.get("user"), query.get("user"));
    if (user == null) {
      throw new InvalidOptionException("user", null, "a user, here or in the URL");
    }
    String host = matcher.group("host") == null ? "localhost" : matcher.group("host");
    String database = decoded(matcher.group("database"));
    String port = matcher.group("port");
    return new ApplicationPool(
        options.getOrDefault("name", name),
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
        port == null ? 5432 : Integer.parseInt(port),
        database.isEmpty() ? user : database,
        user,
        number("max", first(options.get("max"), query.get("connection_limit")), max()),
        number("instances", options.get("instances"), 1),
        acquireTimeout(options.get("acquire-timeout"), query.get("pool_timeout")));
  }

  private static int max() {
    return PoolOptions.defaults().max();
  }

  private static Duration acquireTimeout(@Nullable String option, @Nullable String inUrl) {
    PoolOptions pool = PoolOptions.defaults();
    if (option != null) {
      return Options.with(pool, Map.of("acquireTimeout", option)).acquireTimeout();
    }
    int usual = (int) pool.acquireTimeout().toSeconds();
    return Duration.ofSeconds(number("pool_timeout", inUrl, usual));
  }

  private static int number(String option, @Nullable String text, int otherwise) {
    if (text == null) {
      return otherwise;
    }
    if (!text.matches("\\d{1,9}")) {
      throw new InvalidOptionException(option, text, "a whole number");
    }
    return Integer.parseInt(text);
  }

  private static @Nullable String first(@Nullable String one, @Nullable String other) {
    return one != null ? one : other;
  }

  private static Map<String, String> query(@Nullable String text) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (text != null) {
      for (String parameter : text.split("&", -1)) {
        int equals = parameter.indexOf('=');
        if (equals > 0) {
          parameters.put(
              decoded(parameter.substring(0, equals)), decoded(parameter.substring(equals + 1)));
        }
      }
    }
    return parameters;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new InvalidOptionException("url", "this one", "percent signs with two hex digits");
    }
  }
}
