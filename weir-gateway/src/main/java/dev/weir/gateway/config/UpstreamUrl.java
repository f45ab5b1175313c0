package dev.weir.gateway.config;

import java.net.URI;

/**
 * The URL of an upstream. Its query and whatever came from a reference may be secret, so {@link
 * #toString()} leaves both out.
 *
 * @param uri absolute, {@code http} or {@code https}, with a host, without credentials and fragment
 * @param shown what may be seen by anybody
 */
public record UpstreamUrl(URI uri, String shown) {
  static final String EXPECTED = "a URL such as https://mcp.example.com/mcp";

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
    if (scheme == null || !(scheme.equals("http") || scheme.equals("https"))) {
      throw new IllegalArgumentException("a URL that starts with http:// or https://");
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

  private static String withoutQuery(String shown) {
    int query = shown.indexOf('?');
    return query < 0 ? shown : shown.substring(0, query) + "?" + Secret.MASK;
  }

  @Override
  public String toString() {
    return shown;
  }
}
