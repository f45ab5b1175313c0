package dev.weir.gateway.config;

import dev.weir.tcp.Address;
import java.util.regex.Pattern;

/**
 * Where a socket is, written like {@code 127.0.0.1:9000} or {@code unix:/run/server.sock}.
 *
 * @param address where to connect to
 */
public record SocketAddress(Address address) {
  static final String EXPECTED = "an address such as 127.0.0.1:9000 or unix:/run/server.sock";

  /** What the schema asks for; {@link Address} decides. */
  static final Pattern FORM =
      Pattern.compile("unix:.+|(?:\\[[0-9a-fA-F:.%]+\\]|[A-Za-z0-9._-]+):\\d{1,5}");

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException when the text is none
   */
  public static SocketAddress parse(String text) {
    return new SocketAddress(Address.parse(text));
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
