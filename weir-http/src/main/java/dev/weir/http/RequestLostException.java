package dev.weir.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The request was written, wholly or in part, and no response came. It may have been processed. */
public final class RequestLostException extends IOException {
  private static final long serialVersionUID = 1L;

  public RequestLostException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
