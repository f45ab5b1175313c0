package dev.weir.http;

import java.io.IOException;

/** A body is larger than its reader allows. */
public class BodyTooLargeException extends IOException {
  private static final long serialVersionUID = 1L;

  public BodyTooLargeException(String message) {
    super(message);
  }
}
