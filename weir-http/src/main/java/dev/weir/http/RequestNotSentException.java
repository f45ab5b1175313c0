package dev.weir.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Surely not processed: nothing of the request was written. It may be sent again. */
public final class RequestNotSentException extends IOException {
  private static final long serialVersionUID = 1L;

  public RequestNotSentException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
