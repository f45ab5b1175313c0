package dev.weir.http.internal;

import dev.weir.http.HttpOptions;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.apache.hc.client5.http.impl.ConnectionShutdownException;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * What the pool keeps for HttpClient: a place for one connection, which its first holder connects.
 *
 * <p>States: EMPTY → DIALING → CONNECTED → EMPTY, and from each ENDED for good. HttpClient connects
 * by itself, with the time limits and the context of its request, and also connects anew what a
 * server closed in the middle of an authentication; the lease stays through that. So the pool opens
 * places, not sockets. Only a connected one is ever lent again.
 *
 * <p><b>Threads.</b> Its holder connects and talks. {@link #disconnect} and {@link #end} come from
 * any thread, since a request may be aborted and the pool closed. {@code dialing}, {@code
 * connected} and {@code ended} change under {@code guard}: who brings a socket looks at {@code
 * ended}, who ends looks for a socket, and so whoever comes second closes it. {@code said} is the
 * holder's own.
 */
final class ClientConnection {
  private final HttpOptions options;
  private final IdleLimit idle;

  private final Object guard = new Object();
  private @Nullable SocketChannel dialing;
  private volatile @Nullable HttpConnection connected;
  private volatile boolean ended;
  private @Nullable Duration said;

  /**
   * @param idle counts the connections of the same key that rest
   */
  ClientConnection(HttpOptions options, IdleLimit idle) {
    this.options = options;
    this.idle = idle;
  }

  IdleLimit idle() {
    return idle;
  }

  boolean isConnected() {
    HttpConnection connection = connected;
    return connection != null && connection.isOpen();
  }

  boolean hasEnded() {
    return ended;
  }

  /**
   * The connection.
   *
   * @throws ConnectionShutdownException when there is none, which is how HttpClient wants it told
   */
  HttpConnection connection() {
    HttpConnection connection = connected;
    if (connection == null || !connection.isOpen()) {
      throw new ConnectionShutdownException();
    }
    return connection;
  }

  /** empty → dialing, over this channel or another one before. */
  void dial(SocketChannel channel) throws IOException {
    synchronized (guard) {
      refuseIfEnded();
      dialing = channel;
    }
  }

  /** dialing → connected. */
  void connect(HttpConnection connection) throws IOException {
    synchronized (guard) {
      refuseIfEnded();
      dialing = null;
      connected = connection;
    }
  }

  private void refuseIfEnded() throws SocketException {
    if (ended) {
      throw new SocketException("the request was aborted or its pool closed");
    }
  }

  /** A lease begins. */
  void begin() {
    said = null;
    HttpConnection connection = connected;
    if (connection != null) {
      connection.begin();
      connection.silence(options.responseTimeout());
    }
  }

  /** Remembers what the peer says of how long it keeps the connection. */
  void heard(ClassicHttpResponse response) {
    said = KeepAlive.said(response, options);
  }

  /**
   * The exchange is over and HttpClient would keep the connection. False: it must not rest, as it
   * is closed, or a part of the request was never sent.
   *
   * @param asked for how long at most, as HttpClient says; null when it does not
   */
  boolean rest(@Nullable Duration asked) {
    HttpConnection connection = connected;
    if (connection == null || !connection.isOpen() || !connection.wire().isConsistent()) {
      return false;
    }
    Duration longest = said == null ? options.assumedKeepAlive() : said;
    connection.end(asked == null || longest.compareTo(asked) < 0 ? longest : asked);
    return true;
  }

  boolean isUsable() {
    HttpConnection connection = connected;
    return !ended && connection != null && connection.isUsable();
  }

  /** dialing or connected → empty: closes the socket, under the hands of whoever uses it. */
  void disconnect() {
    HttpConnection connection;
    synchronized (guard) {
      connection = takeAll();
    }
    if (connection != null) {
      connection.abort();
    }
  }

  /** any → ended, at once. */
  void end() {
    ended = true;
    disconnect();
  }

  /** any → ended; a connection that rests says goodbye. */
  void close() {
    HttpConnection connection;
    synchronized (guard) {
      ended = true;
      connection = takeAll();
    }
    if (connection != null) {
      connection.close();
    }
  }

  private @Nullable HttpConnection takeAll() {
    SocketChannel channel = dialing;
    dialing = null;
    if (channel != null) {
      close(channel);
    }
    HttpConnection connection = connected;
    connected = null;
    return connection;
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Closed is what it should be.
    }
  }

  @Override
  public String toString() {
    HttpConnection connection = connected;
    return connection == null ? "not connected" : connection.toString();
  }
}
