package dev.weir.mcp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request of a client and the way to answer it. Belongs to the virtual thread of its
 * connection; only {@link #whenClientLeaves} may run its action on another one.
 */
public interface HttpExchange {
  String method();

  /**
   * The path without the query, percent-decoded; starts with a slash and has no {@code .} or {@code
   * ..} segment.
   */
  String path();

  /** The query, still encoded; null when there is none. */
  @Nullable String query();

  /** The first header of this name, in any case; null when absent. */
  @Nullable String header(String name);

  List<String> headers(String name);

  /** The first value of each header whose name begins so, in any case, by its name as it came. */
  Map<String, String> headersThatBegin(String prefix);

  InetSocketAddress remote();

  /** The local address that the client reached. */
  InetSocketAddress local();

  /**
   * The certificates that the client has shown and TLS has verified, its own first; empty where
   * there is no TLS, or where it has shown none.
   */
  default List<X509Certificate> clientCertificates() {
    return List.of();
  }

  /**
   * The whole body, read on first use; empty when there is none.
   *
   * @throws BodyTooLargeException when it is larger than the limit; nothing beyond the limit is
   *     kept
   */
  byte[] body() throws IOException;

  /** Answers with a whole body. Content-Length is set; Content-Type comes from {@code headers}. */
  void respond(int status, Map<String, String> headers, byte[] body) throws IOException;

  /**
   * Answers with a body of unknown length. Each {@code flush} reaches the client. Closing it ends
   * the body properly; the connection then serves the next request.
   */
  OutputStream respondStreaming(int status, Map<String, String> headers) throws IOException;

  /**
   * Answers with 101: from now on the connection carries what the client has asked to change to,
   * until the handler returns. {@code Connection} is set.
   */
  default Upgraded upgrade(Map<String, String> headers) throws IOException {
    throw new IOException("this exchange has no connection to hand over");
  }

  /** A connection that carries another protocol now. */
  interface Upgraded {
    /** What the client sends. Belongs to the thread of the connection. */
    InputStream input();

    /** What the client is sent: at once, by any thread, one at a time. */
    OutputStream output();

    /**
     * How long the client may be silent from now on before {@link #input} fails with a {@link
     * java.net.SocketTimeoutException}; it can be read on after that.
     */
    void silence(Duration atMost);

    /** The longest message in bytes that a client may send. */
    long maxMessage();
  }

  /** Whether one of the answers has begun. */
  boolean isAnswered();

  /**
   * Watches the client from now on until the answer is complete, and runs the action once, on
   * another thread, when it has closed or reset its connection. At once if it has already. To be
   * called after {@link #body()}. A client that ends only its own half counts as gone.
   */
  void whenClientLeaves(Runnable action);

  /** A body beyond the limit; to be answered with 413. */
  final class BodyTooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    public BodyTooLargeException(String message) {
      super(message);
    }
  }

  /** Answers one exchange after the other; runs on the virtual thread of the connection. */
  interface Handler {
    /** When it returns without an answer, or throws before one, the client gets 500. */
    void handle(HttpExchange exchange) throws IOException, InterruptedException;
  }
}
