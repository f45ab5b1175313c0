package dev.weir.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The call was ended by {@link HttpCall#abort}. */
public final class CallAbortedException extends IOException {
  private static final long serialVersionUID = 1L;

  public CallAbortedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
