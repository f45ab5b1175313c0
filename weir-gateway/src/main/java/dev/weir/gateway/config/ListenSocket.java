package dev.weir.gateway.config;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where to listen for clients on sockets, written like {@code 127.0.0.1:9000} or {@code
 * unix:/run/weir.sock}. One of the two is there.
 *
 * @param port on a host
 * @param file a socket file
 */
public record ListenSocket(@Nullable ListenAddress port, @Nullable Path file) {
  static final String EXPECTED = "an address such as 127.0.0.1:9000 or unix:/run/weir.sock";

  private static final String UNIX = "unix:";
  static final Pattern FORM = Pattern.compile(UNIX + ".+|" + ListenAddress.FORM);

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException when the text is none
   */
  public static ListenSocket parse(String text) {
    if (!text.startsWith(UNIX)) {
      return new ListenSocket(ListenAddress.parse(text), null);
    }
    if (text.length() == UNIX.length()) {
      throw new IllegalArgumentException("not " + EXPECTED + ": " + text);
    }
    return new ListenSocket(null, Path.of(text.substring(UNIX.length())));
  }

  /** Whether only this machine can reach it. */
  public boolean isLoopback() {
    return port == null || port.isLoopback();
  }

  /** Whether it takes a port that is free. */
  boolean isAnyPort() {
    return port != null && port.port() == 0;
  }

  /** The address to bind. */
  public SocketAddress toSocketAddress() {
    if (file != null) {
      return UnixDomainSocketAddress.of(file);
    }
    return port == null ? new InetSocketAddress(0) : port.toSocketAddress();
  }

  @Override
  public String toString() {
    return file == null ? String.valueOf(port) : UNIX + file;
  }
}
