package dev.weir.jdbc.internal;

import dev.weir.pool.InvalidOptionException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JDBC URL, parted into what is the driver's and what is the pool's: {@code connection_limit=20}
 * is {@code max}, and {@code pool_timeout=5}, in seconds, is {@code acquire-timeout}.
 *
 * @param text what the driver gets
 * @param poolOptions options of the pool by their names
 */
public record JdbcUrl(String text, Map<String, Object> poolOptions) {
  private static final Pattern OURS =
      Pattern.compile("([?&;])(connection_limit|pool_timeout)=([^&;]*)");
  private static final Pattern SECRET = Pattern.compile("(//|thin:)[^@/]*[:/][^@]*@");

  /**
   * Parts the URL.
   *
   * @throws InvalidOptionException when one of the pool's parameters is not possible
   */
  public static JdbcUrl parse(String url) {
    Map<String, Object> options = new LinkedHashMap<>();
    String rest =
        OURS.matcher(url)
            .replaceAll(
                found -> {
                  take(found.group(2), found.group(3), options);
                  return Matcher.quoteReplacement(found.group(1));
                });
    return new JdbcUrl(
        options.isEmpty() ? url : rest.replaceAll("([?&;])[&;]+", "$1").replaceAll("[?&;]+$", ""),
        Map.copyOf(options));
  }

  private static void take(String name, String value, Map<String, Object> options) {
    int number = number(name, value);
    if (name.equals("connection_limit")) {
      options.put("max", number);
    } else {
      options.put("acquireTimeout", Duration.ofSeconds(number));
    }
  }

  private static int number(String name, String text) {
    try {
      int number = Integer.parseInt(text);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below, as other texts are
    }
    throw new InvalidOptionException(name, text, "a whole number above 0");
  }

  /** Where a URL leads, without its parameters, which may hold secrets: for messages. */
  public static String shown(String url) {
    int parameters = url.indexOf('?');
    if (parameters < 0) {
      parameters = url.indexOf(';');
    }
    String place = parameters < 0 ? url : url.substring(0, parameters);
    return SECRET.matcher(place).replaceAll("$1***@");
  }
}
