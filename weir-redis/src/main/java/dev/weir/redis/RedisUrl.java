package dev.weir.redis;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/**
 * What a URL says: {@code redis://[[user]:password@]host[:port][/database]}, {@code rediss://} for
 * TLS.
 */
record RedisUrl(
    HostAndPort address,
    boolean tls,
    @Nullable String user,
    @Nullable String password,
    @Nullable Integer database) {
  private static final int DEFAULT_PORT = 6379;
  private static final Pattern CREDENTIALS = Pattern.compile("//.*@");
  private static final Pattern QUERY = Pattern.compile("[?#].*");
  private static final Pattern DATABASE = Pattern.compile("/(\\d{1,9})?");

  static RedisUrl parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw wrong(text, e.getReason() + " at index " + e.getIndex()); // the message has the secret
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("redis") && !scheme.equals("rediss")) {
      throw wrong(text, "the scheme is neither redis nor rediss");
    }
    String host = uri.getHost();
    if (host == null) {
      throw wrong(text, "there is no host in it, or its port is no number");
    }
    String path = uri.getPath() == null ? "" : uri.getPath();
    Matcher database = DATABASE.matcher(path);
    if (!path.isEmpty() && !database.matches()) {
      throw wrong(text, "\"" + path.substring(1) + "\" is no number of a database");
    }
    if (uri.getQuery() != null || uri.getFragment() != null) {
      throw wrong(text, "options in a URL are not understood");
    }
    String number = path.isEmpty() ? null : database.group(1);
    String[] credentials = credentials(text, uri);
    return new RedisUrl(
        new HostAndPort(withoutBrackets(host), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort()),
        scheme.equals("rediss"),
        credentials.length > 0 && !credentials[0].isEmpty() ? credentials[0] : null,
        credentials.length > 0 ? credentials[1] : null,
        number == null ? null : Integer.valueOf(number));
  }

  private static String[] credentials(String text, URI uri) {
    String info = uri.getUserInfo();
    if (info == null) {
      return new String[0];
    }
    int colon = info.indexOf(':');
    if (colon < 0) {
      throw wrong(text, "there is no colon before the @, so no password");
    }
    return new String[] {info.substring(0, colon), info.substring(colon + 1)};
  }

  /** Without the password. */
  @Override
  public String toString() {
    return address.toString();
  }

  private static String withoutBrackets(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** Without anything in the message that could be a secret. */
  private static IllegalArgumentException wrong(String text, String why) {
    String shown = CREDENTIALS.matcher(text).replaceFirst("//...@");
    return new IllegalArgumentException(
        "\""
            + QUERY.matcher(shown).replaceFirst("?...")
            + "\" is no URL of a Redis server: "
            + why
            + "; expected redis://[[user]:password@]host[:port][/database], rediss:// for TLS");
  }
}
