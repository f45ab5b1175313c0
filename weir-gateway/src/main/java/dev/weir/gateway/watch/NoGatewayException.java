package dev.weir.gateway.watch;

import java.io.IOException;

/** No gateway told of itself: nothing answers there, or what answers is something else. */
public final class NoGatewayException extends IOException {
  private static final long serialVersionUID = 1L;

  NoGatewayException(String message) {
    super(message);
  }
}
