package dev.weir.mcp;

import org.jspecify.annotations.Nullable;

/** Surely not processed: nothing of the message was written. It may be sent again. */
public non-sealed class UpstreamUnavailableException extends UpstreamException {
  private static final long serialVersionUID = 1L;

  public UpstreamUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
