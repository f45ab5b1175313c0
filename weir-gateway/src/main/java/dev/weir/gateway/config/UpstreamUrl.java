package dev.weir.gateway.config;

import java.net.URI;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The URL of an upstream. Its query and whatever came from a reference may be secret, so {@link
 * #toString()} leaves both out.
 *
 * @param uri absolute, {@code http}, {@code https}, {@code ws} or {@code wss}, with a host, without
 *     credentials and fragment
 * @param shown what may be seen by anybody
 */
public record UpstreamUrl(URI uri, String shown) {
  private static final Set<String> SCHEMES = Set.of("http", "https", "ws", "wss");
  static final String EXPECTED = "a URL such as https://mcp.example.com/mcp";

  /**
   * What the schema asks for, or a reference, of which nothing is known; {@link #parse} decides.
   */
  static final Pattern FORM =
      Pattern.compile(
          "(?:https?|wss?)://[^/?#@\\s]+(?:[/?][^#\\s]*)?|.*\\$\\{(?:env|file):[^}]+\\}.*");

  /**
   * Checks a URL.
   *
   * @param text the URL itself
   * @param shown the same with its references unresolved
   * @throws IllegalArgumentException with what is expected, when it cannot be used
   */
  static UpstreamUrl parse(String text, String shown) {
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(EXPECTED);
    }
    String scheme = uri.getScheme();
    if (scheme == null || !SCHEMES.contains(scheme)) {
      throw new IllegalArgumentException(
          "a URL that starts with http:// or https://, or ws:// or wss:// for a WebSocket");
    }
    if (uri.getHost() == null) {
      throw new IllegalArgumentException(EXPECTED);
    }
    if (uri.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "a URL without credentials; they belong into headers, as an Authorization");
    }
    if (uri.getFragment() != null) {
      throw new IllegalArgumentException("a URL without a #fragment");
    }
    return new UpstreamUrl(uri, withoutQuery(shown));
  }

  /** Whether it names a WebSocket. */
  public boolean isWebSocket() {
    return uri.getScheme().startsWith("ws");
  }

  private static String withoutQuery(String shown) {
    int query = shown.indexOf('?');
    return query < 0 ? shown : shown.substring(0, query) + "?" + Secret.MASK;
  }

  @Override
  public String toString() {
    return shown;
  }
}
