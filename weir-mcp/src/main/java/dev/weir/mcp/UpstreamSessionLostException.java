package dev.weir.mcp;

import org.jspecify.annotations.Nullable;

/**
 * The upstream no longer knows this conversation, or its process has died, before this message was
 * written: its state is gone. A new conversation has to be opened.
 */
public final class UpstreamSessionLostException extends UpstreamException {
  private static final long serialVersionUID = 1L;

  public UpstreamSessionLostException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
