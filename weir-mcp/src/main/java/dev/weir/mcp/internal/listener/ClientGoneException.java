package dev.weir.mcp.internal.listener;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The client has closed or reset its connection: nothing to answer, and no fault of ours. */
final class ClientGoneException extends IOException {
  private static final long serialVersionUID = 1L;

  ClientGoneException(String message, @Nullable IOException cause) {
    super(message, cause);
  }
}
