package dev.weir.http.internal;

import dev.weir.http.HttpOptions;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * One connection: what the pool keeps.
 *
 * <p>States: FREE (between two exchanges) → BUSY (an exchange has begun and its response is not at
 * its end) → FREE, or SPENT for good. Only a free connection is ever lent: an exchange that was
 * left half read leaves its connection busy, and the pool closes it.
 *
 * <p><b>Stale connections</b> are found by {@link #isUsable}, which the pool asks before and after
 * each lease and once a second of each idle connection, in three steps, cheapest first: the state;
 * the time that its peer promised to keep it (see {@link KeepAlive}); a look at the socket, which
 * takes about a microsecond (see {@link ChannelSocket}). A watcher of idle sockets would find a
 * closed one no earlier than that look, but would have to hand the socket over at each lease.
 * Anything at all on an idle connection ends it, also bytes: they answer no request, and must never
 * be taken for the answer to the next one. What remains is a peer that closes while the request is
 * under way; {@link PooledCall} judges that.
 *
 * <p><b>Threads.</b> Belongs to its leaseholder, or to the pool while idle. {@link #abort} and
 * {@link #close} come from any thread. The fields that change are handed from holder to holder by
 * the pool, which orders them.
 */
final class HttpConnection {
  private enum State {
    FREE,
    BUSY,
    SPENT
  }

  private static final int CLOSE_MILLIS = 1000;

  private final ChannelSocket socket;
  private final DefaultBHttpClientConnection wire;
  private final IdleLimit idle;
  private final EndpointDetails counts;
  private final LongSupplier nanoTime;
  private @Nullable SSLSocket tls;
  private State state = State.FREE;
  private boolean resting;
  private long restingSince;
  private long usableUntil;

  /**
   * @param wire HttpCore's view, not bound yet
   * @param idle counts the connection while it rests
   */
  HttpConnection(
      ChannelSocket socket,
      @Nullable SSLSocket tls,
      DefaultBHttpClientConnection wire,
      HttpOptions options,
      IdleLimit idle,
      LongSupplier nanoTime)
      throws IOException {
    this.socket = socket;
    this.tls = tls;
    this.wire = wire;
    this.idle = idle;
    this.nanoTime = nanoTime;
    this.usableUntil = nanoTime.getAsLong() + options.assumedKeepAlive().toNanos();
    if (tls == null) {
      wire.bind((Socket) socket);
    } else {
      wire.bind(tls, socket);
    }
    this.counts = wire.getEndpointDetails();
  }

  /** What the options say of the wire. */
  static Http1Config config(HttpOptions options) {
    return Http1Config.custom()
        .setBufferSize(options.bufferSize())
        .setMaxHeaderCount(options.maxHeaderCount())
        .setMaxLineLength(options.maxLineLength())
        .build();
  }

  /** What the next layer of TLS goes over. */
  Socket socket() {
    return tls == null ? socket : tls;
  }

  /** From here on, everything goes over this layer of TLS, which lies on {@link #socket}. */
  void secure(SSLSocket layer) throws IOException {
    tls = layer;
    wire.bind(layer, socket);
  }

  /** False once its holder or HttpCore has closed it. The peer is not asked. */
  boolean isOpen() {
    return wire.isOpen() && !socket.isClosed();
  }

  /** HttpCore's view, for the exchange that holds the connection. */
  DefaultBHttpClientConnection wire() {
    return wire;
  }

  /** Bytes of responses that have come in, without TLS: its goodbye is no response. */
  long bytesRead() {
    return counts.getReceivedBytesCount();
  }

  /** Bytes that the system has taken. */
  long bytesWritten() {
    return socket.bytesWritten();
  }

  /** free → busy. */
  void begin() {
    state = State.BUSY;
    getUp();
  }

  /** busy → free for that long, or spent when that is nothing. */
  void end(Duration keepAlive) {
    boolean kept = state == State.BUSY && keepAlive.compareTo(Duration.ZERO) > 0;
    state = kept ? State.FREE : State.SPENT;
    restingSince = nanoTime.getAsLong();
    usableUntil = restingSince + keepAlive.toNanos();
    if (kept) {
      resting = true;
      idle.joined();
    }
  }

  private void getUp() {
    if (resting) {
      resting = false;
      idle.left();
    }
  }

  boolean isUsable() {
    if (state != State.FREE) {
      return false;
    }
    long now = nanoTime.getAsLong();
    if (resting && idle.sheds(now - restingSince)) {
      resting = false;
      return false;
    }
    return now - usableUntil < 0
        && socket.isQuiet(() -> wire.isDataAvailable(Timeout.ONE_MILLISECOND));
  }

  /** Sets the longest silence while reading; zero: for ever. */
  void silence(Duration longest) {
    // Zero milliseconds would mean for ever.
    long millis = longest.isZero() ? 0 : Math.max(1, longest.toMillis());
    wire.setSocketTimeout(Timeout.ofMilliseconds(millis));
  }

  /**
   * Closes the socket and nothing else, which wakes whoever reads or writes. Not by reset: what was
   * written shall still reach the other side, for which a client that left has not cancelled.
   */
  void abort() {
    try {
      socket.close();
    } catch (IOException e) {
      // Closed is what it should be.
    }
  }

  /**
   * Ends a connection that nobody waits in; with TLS, says goodbye for at most a second. HttpCore's
   * own close is left aside: it would write what an abandoned request has left in its buffer.
   */
  void close() {
    getUp();
    SSLSocket layer = tls;
    try {
      if (layer != null && state == State.FREE && !socket.isClosed()) {
        layer.setSoTimeout(CLOSE_MILLIS);
        layer.close();
      }
    } catch (IOException e) {
      // The other side was faster.
    } finally {
      abort();
    }
  }

  @Override
  public String toString() {
    return socket.toString();
  }
}
