package dev.weir.gateway.listener;

import dev.weir.mcp.HttpExchange;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in at all: checks {@code Host} and {@code Origin}, so that a page in somebody's
 * browser cannot reach the gateway through a name that it made point here (DNS rebinding;
 * 2025-11-25, Transports, "Security Warning").
 *
 * <p>Immutable. Loopback names are always allowed, with any port; an absent {@code Origin} is,
 * since only browsers send it.
 */
public final class Admission {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final Set<String> hosts;
  private final Set<String> origins;

  /**
   * @param listen the address served, whose own name is allowed too
   * @param allowedHosts further host names, without ports
   * @param allowedOrigins further origins, whole: {@code https://app.example.com}
   */
  public Admission(
      InetSocketAddress listen,
      Collection<String> allowedHosts,
      Collection<String> allowedOrigins) {
    Set<String> hosts = new HashSet<>(LOOPBACK);
    if (!listen.getAddress().isAnyLocalAddress()) {
      String address = listen.getAddress().getHostAddress();
      hosts.add(address.contains(":") ? "[" + address + "]" : address);
      hosts.add(lower(listen.getHostString()));
    }
    allowedHosts.forEach(host -> hosts.add(lower(host)));
    this.hosts = Set.copyOf(hosts);
    this.origins =
        allowedOrigins.stream().map(Admission::lower).collect(Collectors.toUnmodifiableSet());
  }

  /** Why the request is refused with 403; null when it is let in. */
  public @Nullable String refusal(HttpExchange exchange) {
    String host = exchange.header("Host");
    if (host != null && !hosts.contains(withoutPort(lower(host)))) {
      return "Host \"" + host + "\" is not allowed here; add it to allowed-hosts";
    }
    String origin = exchange.header("Origin");
    if (origin != null && !origins.contains(lower(origin)) && !isLoopback(origin)) {
      return "Origin \"" + origin + "\" is not allowed here; add it to allowed-origins";
    }
    return null;
  }

  /**
   * What a browser must be told so that a page of a configured origin may read the answer (Fetch,
   * "CORS protocol"); empty for all others.
   */
  public Map<String, String> browserHeaders(HttpExchange exchange) {
    String origin = exchange.header("Origin");
    if (origin == null || !origins.contains(lower(origin))) {
      return Map.of();
    }
    return Map.of(
        "Access-Control-Allow-Origin", origin,
        "Access-Control-Expose-Headers",
            "Mcp-Session-Id, MCP-Protocol-Version, Retry-After, WWW-Authenticate",
        "Vary", "Origin");
  }

  private static boolean isLoopback(String origin) {
    try {
      URI uri = new URI(origin);
      String scheme = uri.getScheme();
      String host = uri.getHost();
      return ("http".equals(scheme) || "https".equals(scheme))
          && host != null
          && LOOPBACK.contains(lower(host));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') && colon >= 0 ? host.substring(0, colon) : host;
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
