package dev.weir.mcp.internal.listener;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;

/**
 * Turns away clients beyond the connection limit: 503, a moment for them to read it, the end. So
 * many at a time; in a flood the rest are closed without a word, for an answer to each would be
 * what the limit is there to prevent.
 */
final class Refusal {
  private static final int AT_A_TIME = 128;
  private static final int LINGER_MILLIS = 500;
  private static final int LINGER_READS = 16;
  private static final byte[] ANSWER =
      """
      HTTP/1.1 503 Service Unavailable\r
      Retry-After: 1\r
      Content-Type: application/json\r
      Content-Length: 32\r
      Connection: close\r
      \r
      {"error":"too many connections"}"""
          .getBytes(StandardCharsets.US_ASCII);

  private final Semaphore places = new Semaphore(AT_A_TIME);

  /** Does not block. */
  void turnAway(Socket socket) {
    if (places.tryAcquire()) {
      Thread.ofVirtual().name("weir-client-refused").start(() -> answer(socket));
    } else {
      closeQuietly(socket);
    }
  }

  private void answer(Socket socket) {
    try (socket) {
      socket.setSoTimeout(LINGER_MILLIS);
      socket.getOutputStream().write(ANSWER);
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      byte[] rest = new byte[1024];
      for (int i = 0; i < LINGER_READS && in.read(rest) >= 0; i++) {
        // read away, so that closing sends no reset
      }
    } catch (IOException e) {
      // The client is gone, or slow: it was to go anyway.
    } finally {
      places.release();
    }
  }

  static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // nothing left to close
    }
  }
}
