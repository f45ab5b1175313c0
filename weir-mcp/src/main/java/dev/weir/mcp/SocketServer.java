package dev.weir.mcp;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Listens on a TCP port or a Unix socket file for clients that speak one message a line: an accept
 * loop, and one virtual thread for each connection.
 */
public interface SocketServer extends AutoCloseable {

  /**
   * How a server binds and what it bears.
   *
   * @param listen an address with a port, where 0 takes a free one, or the path of a socket file:
   *     that is its owner's alone, takes the place of one that a crash left behind, and is removed
   *     at the end
   * @param hasRoom whether one more connection may be served; otherwise it is told so and closed.
   *     Asked when one comes, on the thread that accepts, so it must not block
   * @param maxMessage the longest line in bytes
   * @param writeTimeout how long a client may take nothing of what is being written to it
   */
  record Options(
      SocketAddress listen, BooleanSupplier hasRoom, long maxMessage, Duration writeTimeout) {}

  /** Serves clients. */
  interface Handler {
    /** Serves one client, on the virtual thread of its connection, which ends with the return. */
    void serve(ClientChannel client) throws InterruptedException;
  }

  /** Where it listens, with the port that was taken. */
  SocketAddress address();

  /** Connections that are open now. */
  int connections();

  /** Stops accepting; connections go on. A socket file is removed. */
  void stopAccepting();

  /** Closes the listener and every connection, at once. */
  @Override
  void close();
}
