package dev.weir.mcp.internal.listener;

import java.io.IOException;

/**
 * A request that is not served; the connection ends after the answer, because where the next
 * request would begin is no longer certain. The message goes to the client.
 */
final class RefusedRequestException extends IOException {
  private static final long serialVersionUID = 1L;

  final int status;

  RefusedRequestException(int status, String message) {
    super(message);
    this.status = status;
  }
}
