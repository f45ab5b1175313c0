package dev.weir.mcp;

import dev.weir.http.Origin;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How to reach an MCP server over Streamable HTTP or HTTP+SSE.
 *
 * @param name the upstream's name, for messages
 * @param url its endpoint; {@code http} or {@code https}, without user information and fragment
 * @param tls the name of the TLS settings of the connections; empty for those of the platform
 * @param headers sent with every request; may hold secrets, which appear in no message
 * @param maxMessage the longest message in bytes that is accepted from it
 * @param drainTimeout how long to wait for the end of an event stream that has brought its response
 * @param cancelGrace how long a cancelled request may still be answered before it is broken off
 * @param closeTimeout how long the end of the session (DELETE) may take
 * @param streamPatience how long a request waits for the standing stream that is being opened
 */
public record HttpUpstreamOptions(
    String name,
    URI url,
    String tls,
    Map<String, String> headers,
    int maxMessage,
    Duration drainTimeout,
    Duration cancelGrace,
    Duration closeTimeout,
    Duration streamPatience) {

  /** What the transport writes itself. */
  private static final Set<String> OURS =
      Set.of(
          "accept",
          "connection",
          "content-length",
          "content-type",
          "expect",
          "host",
          "last-event-id",
          "mcp-method",
          "mcp-name",
          "mcp-protocol-version",
          "mcp-session-id",
          "te",
          "transfer-encoding",
          "upgrade");

  public HttpUpstreamOptions {
    headers = Map.copyOf(headers);
    if (url.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "upstream \"" + name + "\": no user information in the url; use an Authorization header");
    }
    if (url.getRawFragment() != null) {
      throw new IllegalArgumentException("upstream \"" + name + "\": no fragment in the url");
    }
    try {
      Origin.of(url, tls);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("upstream \"" + name + "\": " + e.getMessage(), e);
    }
    for (String header : headers.keySet()) {
      if (OURS.contains(header.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            "upstream \"" + name + "\": the header " + header + " is set by the transport");
      }
    }
  }

  /** The defaults: messages of 64 MiB at most, nothing else sent, short waits. */
  public static HttpUpstreamOptions of(String name, URI url) {
    return new HttpUpstreamOptions(
        name,
        url,
        "",
        Map.of(),
        64 << 20,
        Duration.ofMillis(200),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofMillis(500));
  }

  /** A copy with other headers. */
  public HttpUpstreamOptions withHeaders(Map<String, String> headers) {
    return new HttpUpstreamOptions(
        name,
        url,
        tls,
        headers,
        maxMessage,
        drainTimeout,
        cancelGrace,
        closeTimeout,
        streamPatience);
  }

  /** A copy with another {@link #maxMessage}. */
  public HttpUpstreamOptions withMaxMessage(int maxMessage) {
    return new HttpUpstreamOptions(
        name,
        url,
        tls,
        headers,
        maxMessage,
        drainTimeout,
        cancelGrace,
        closeTimeout,
        streamPatience);
  }

  /** The endpoint as it may be shown: without the query, which may hold a secret. */
  public String place() {
    String path = url.getRawPath();
    return Origin.of(url, tls) + (path == null || path.isEmpty() ? "/" : path);
  }

  @Override
  public String toString() {
    return "upstream \"" + name + "\" at " + place();
  }
}
