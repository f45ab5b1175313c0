package dev.weir.gateway.config;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where to listen, written like {@code 127.0.0.1:8722}, {@code localhost:8722} or {@code
 * [::1]:8722}.
 *
 * @param host a name or an address, IPv6 without its brackets
 * @param port 0 takes a free one
 */
public record ListenAddress(String host, int port) {
  static final String EXPECTED = "an address such as 127.0.0.1:8722 or [::1]:8722";

  static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9a-fA-F:.]+)\\]|([A-Za-z0-9.-]+)):(\\d{1,5})");

  public ListenAddress {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("not a port: " + port);
    }
  }

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException when the text is none
   */
  public static ListenAddress parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not " + EXPECTED + ": " + text);
    }
    String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    return new ListenAddress(host, Integer.parseInt(matcher.group(3)));
  }

  /** Whether only this machine can reach it. */
  public boolean isLoopback() {
    return host.equalsIgnoreCase("localhost")
        || host.matches("127(\\.\\d{1,3}){3}")
        || host.matches("(0*:)+:?0*1");
  }

  /** The address to bind; looks the host up. */
  public InetSocketAddress toSocketAddress() {
    return new InetSocketAddress(host, port);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
