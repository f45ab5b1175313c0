package dev.weir.http;

import java.net.URI;
import java.util.Locale;

/**
 * Where connections go: the key of a pool. Two requests may share connections when their origins
 * are equal, and never otherwise.
 *
 * @param scheme {@code http} or {@code https}
 * @param host a name or an address in lower case; an IPv6 address without brackets
 * @param port 1 to 65535
 * @param tls the name of the TLS settings, as given to {@link HttpConnections}; empty for the
 *     settings of the platform and for plain HTTP
 */
public record Origin(String scheme, String host, int port, String tls) {
  public Origin {
    scheme = scheme.toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException("\"" + scheme + "\" is neither http nor https");
    }
    host = host.toLowerCase(Locale.ROOT);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (host.isEmpty()) {
      throw new IllegalArgumentException("an origin needs a host");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + " is not within 1 to 65535");
    }
    if (scheme.equals("http") && !tls.isEmpty()) {
      throw new IllegalArgumentException("plain HTTP has no TLS settings, but \"" + tls + "\" was");
    }
  }

  /** The origin of an absolute URI, with the TLS settings of the platform. */
  public static Origin of(URI uri) {
    return of(uri, "");
  }

  /**
   * The origin of an absolute URI.
   *
   * @throws IllegalArgumentException when it is not an {@code http} or {@code https} URI with a
   *     host; the message does not repeat the URI, which may hold secrets
   */
  public static Origin of(URI uri, String tls) {
    String scheme = uri.getScheme();
    String host = uri.getHost();
    if (scheme == null || host == null) {
      throw new IllegalArgumentException("not an absolute URI with a host");
    }
    boolean secure = scheme.equalsIgnoreCase("https");
    int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
    return new Origin(scheme, host, port, tls);
  }

  public boolean isSecure() {
    return scheme.equals("https");
  }

  /** What goes into the {@code Host} field: without the port when it is the scheme's own. */
  public String authority() {
    String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port == (isSecure() ? 443 : 80) ? name : name + ":" + port;
  }

  @Override
  public String toString() {
    return scheme + "://" + authority() + (tls.isEmpty() ? "" : " (" + tls + ")");
  }
}
