package dev.weir.http;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A response whose head has come; its body is read as it arrives. Holds the connection until it is
 * closed. For one thread at a time.
 */
public interface HttpReply extends AutoCloseable {

  int status();

  /** The first header field of this name, in any case; null when absent. */
  @Nullable String header(String name);

  /** Every header field of this name, in any case. */
  List<String> headers(String name);

  /**
   * The body, as it arrives; empty when there is none. A body that ends too early is an {@link
   * IOException}. Closing the stream does nothing.
   */
  InputStream body();

  /**
   * Reads what is left of the body.
   *
   * @throws BodyTooLargeException when that is more than {@code max} bytes
   */
  byte[] readBody(long max) throws IOException;

  /** Sets the longest silence while the body is read; zero: for ever. */
  void silence(Duration silence);

  /**
   * Reads on to the end of the body and throws it away, so that the connection can be kept; gives
   * up after so many bytes or so long.
   *
   * @return whether the end was reached
   */
  boolean drain(long max, Duration within);

  /**
   * Ends the exchange. The connection goes back when the body was read to its end and the other
   * side keeps it open; otherwise it is closed. Never throws, never blocks. A second call does
   * nothing.
   */
  @Override
  void close();
}
