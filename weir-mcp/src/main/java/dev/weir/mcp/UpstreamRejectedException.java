package dev.weir.mcp;

import java.util.Map;

/** The upstream answered with an HTTP error instead of a message. */
public final class UpstreamRejectedException extends UpstreamException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient Map<String, String> headers;
  private final transient byte[] body;

  /**
   * @param headers what a client may see of the answer's head: {@code Content-Type}, {@code
   *     WWW-Authenticate}, {@code Retry-After}
   */
  public UpstreamRejectedException(
      String message, int status, Map<String, String> headers, byte[] body) {
    super(message, null);
    this.status = status;
    this.headers = Map.copyOf(headers);
    this.body = body.clone();
  }

  public int status() {
    return status;
  }

  public Map<String, String> headers() {
    return headers;
  }

  public byte[] body() {
    return body.clone();
  }
}
