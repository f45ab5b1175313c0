package dev.weir.mcp;

import org.jspecify.annotations.Nullable;

/**
 * The message was written and no answer came: it may have been processed, and must not be sent
 * again silently.
 */
public final class OutcomeUnknownException extends UpstreamException {
  private static final long serialVersionUID = 1L;

  public OutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
