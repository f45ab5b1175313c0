package dev.weir.mcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.function.IntSupplier;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 server on one address: an accept loop, and one virtual thread for each connection.
 */
public interface HttpServer extends AutoCloseable {

  /**
   * How a server binds and what it bears.
   *
   * @param listen where to listen; port 0 takes a free one
   * @param maxConnections connections at most; further ones get 503 with {@code Retry-After} and
   *     are closed. Asked when one comes, on the thread that accepts, so it must not block
   * @param maxBody the largest request body in bytes
   * @param headTimeout how long a client may take to send a request's head, and then its body
   * @param keepAlive how long a connection may be idle between two requests
   * @param writeTimeout how long a client may take nothing of what is being written to it
   * @param security puts TLS over each connection; null for plain HTTP
   */
  record Options(
      InetSocketAddress listen,
      IntSupplier maxConnections,
      long maxBody,
      Duration headTimeout,
      Duration keepAlive,
      Duration writeTimeout,
      @Nullable Security security) {
    /** Plain HTTP. */
    public Options(
        InetSocketAddress listen,
        IntSupplier maxConnections,
        long maxBody,
        Duration headTimeout,
        Duration keepAlive,
        Duration writeTimeout) {
      this(listen, maxConnections, maxBody, headTimeout, keepAlive, writeTimeout, null);
    }
  }

  /** TLS, as the server speaks it. Thread-safe. */
  @FunctionalInterface
  interface Security {
    /**
     * The server's side of TLS over a connection that was accepted, before any handshake. Asked on
     * the thread that accepts, so it must not block.
     */
    SSLSocket over(Socket accepted) throws IOException;
  }

  /** The address it listens on. */
  InetSocketAddress address();

  /** Connections that are open now. */
  int connections();

  /**
   * Stops accepting; connections close after the exchange they are in, idle ones at once. Does not
   * wait.
   */
  void stopAccepting();

  /** Closes the listener and every connection, at once. */
  @Override
  void close();
}
