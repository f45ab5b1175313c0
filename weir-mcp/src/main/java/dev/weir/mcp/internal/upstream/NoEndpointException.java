package dev.weir.mcp.internal.upstream;

import dev.weir.mcp.UpstreamUnavailableException;

/** What was asked for an HTTP+SSE stream answered with something else. */
final class NoEndpointException extends UpstreamUnavailableException {
  private static final long serialVersionUID = 1L;

  NoEndpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
