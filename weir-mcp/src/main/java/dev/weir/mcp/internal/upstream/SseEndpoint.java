package dev.weir.mcp.internal.upstream;

import dev.weir.http.Origin;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * The endpoint that an HTTP+SSE server names. Only one of the stream's own origin is used: the
 * server chooses what this side posts to, with the headers that are configured for that server, and
 * must not lead it anywhere else.
 */
final class SseEndpoint {
  private SseEndpoint() {}

  /** Path and query of a URL. */
  static String target(URI url) {
    String path = url.getRawPath();
    String query = url.getRawQuery();
    return (path == null || path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
  }

  /**
   * The target to post to.
   *
   * @param named as the server sent it: a URL, or relative to that of its stream
   * @throws IllegalArgumentException when it is none, or of another origin; the message does not
   *     repeat its path and query, which may hold a secret
   */
  static String within(URI stream, String tls, String named) {
    URI url = resolve(stream, named.strip());
    if (url.getRawUserInfo() != null) {
      throw new IllegalArgumentException("it has user information");
    }
    Origin origin = Origin.of(url, url.getScheme().equalsIgnoreCase("https") ? tls : "");
    Origin own = Origin.of(stream, tls);
    if (!origin.equals(own)) {
      throw new IllegalArgumentException("it is at " + origin + ", and the stream at " + own);
    }
    return target(url);
  }

  private static URI resolve(URI stream, String named) {
    try {
      // As RFC 3986 says, which java.net.URI is older than.
      String whole = named.startsWith("?") ? stream.getRawPath() + named : named;
      URI url = URI.create(stream.resolve(new URI(whole)).toASCIIString());
      if (named.isEmpty() || url.getScheme() == null || url.getHost() == null) {
        throw new IllegalArgumentException("it is no URL");
      }
      return url;
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("it is no URL", e);
    }
  }
}
