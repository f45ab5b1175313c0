package dev.weir.mcp;

import org.jspecify.annotations.Nullable;

/**
 * A request or message that an upstream did not answer. The message names the upstream and its
 * state.
 */
public abstract sealed class UpstreamException extends Exception
    permits OutcomeUnknownException,
        UpstreamRejectedException,
        UpstreamSessionLostException,
        UpstreamUnavailableException {
  private static final long serialVersionUID = 1L;

  protected UpstreamException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
