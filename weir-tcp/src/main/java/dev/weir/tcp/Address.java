package dev.weir.tcp;

import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a connection goes to: the key of a pool. Written {@code host:port}, {@code [::1]:9000} or
 * {@code unix:/run/server.sock}, which is also what {@link #toString} gives.
 */
public sealed interface Address {

  /**
   * A port of a host.
   *
   * @param host a name or an address in lower case; an IPv6 address without brackets
   * @param port 1 to 65535
   */
  record Port(String host, int port) implements Address {
    /** Checks both. */
    public Port {
      host = host.toLowerCase(Locale.ROOT);
      if (host.isEmpty()) {
        throw new IllegalArgumentException("an address needs a host");
      }
      if (port < 1 || port > 65_535) {
        throw new IllegalArgumentException("port " + port + " is not within 1 to 65535");
      }
    }

    @Override
    public String toString() {
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * A socket file of this machine.
   *
   * @param path the file
   */
  record Unix(Path path) implements Address {
    /** Checks that there is a path. */
    public Unix {
      if (path.toString().isEmpty()) {
        throw new IllegalArgumentException("a Unix socket needs a path");
      }
    }

    @Override
    public String toString() {
      return Forms.UNIX + path;
    }
  }

  /** A port of a host. */
  static Address of(String host, int port) {
    return new Port(host, port);
  }

  /** A socket file. */
  static Address unix(Path path) {
    return new Unix(path);
  }

  /**
   * Reads {@code host:port}, {@code [::1]:9000} or {@code unix:/run/server.sock}.
   *
   * @throws IllegalArgumentException when the text is none of these
   */
  static Address parse(String text) {
    if (text.startsWith(Forms.UNIX)) {
      return unix(Path.of(text.substring(Forms.UNIX.length())));
    }
    Matcher matcher = Forms.PORT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no address such as 127.0.0.1:9000 or unix:/run/server.sock");
    }
    String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    return of(host, Integer.parseInt(matcher.group(3)));
  }
}

/** How addresses are written. */
final class Forms {
  static final String UNIX = "unix:";
  static final Pattern PORT =
      Pattern.compile("(?:\\[([0-9a-fA-F:.%]+)]|([A-Za-z0-9._-]+)):(\\d{1,5})");

  private Forms() {}
}
