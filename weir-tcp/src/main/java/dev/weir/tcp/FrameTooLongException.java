package dev.weir.tcp;

import java.io.IOException;

/**
 * A frame is longer than {@link TcpOptions#maxFrame}. The connection is of no more use: what
 * follows cannot be told from the rest of that frame.
 */
public final class FrameTooLongException extends IOException {
  private static final long serialVersionUID = 1L;

  public FrameTooLongException(String message) {
    super(message);
  }
}
