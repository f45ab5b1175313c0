package dev.weir.http.internal;

import dev.weir.http.CallAbortedException;
import dev.weir.http.HttpCall;
import dev.weir.http.HttpReply;
import dev.weir.http.HttpRequest;
import dev.weir.http.Origin;
import dev.weir.http.RequestLostException;
import dev.weir.http.RequestNotSentException;
import dev.weir.pool.AcquireTimeoutException;
import dev.weir.pool.Lease;
import dev.weir.pool.PoolException;
import dev.weir.pool.PoolStats;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The way of one request: lease, write, read the head; and the one judge of a second try.
 *
 * <p><b>A second try</b> takes place once, on a connection that nobody used before, when the first
 * went over a kept connection, nothing of a response came, and either the system had not taken a
 * single byte or the caller said that the request may be repeated. A kept connection can be closed
 * by its peer while the request is under way, and no check before the write can see that. A request
 * that must not be repeated fails with {@link RequestLostException} then, and so does any request
 * that fails on a fresh connection: that one is news, not staleness.
 *
 * <p><b>Aborting and promoting.</b> {@code aborted}, {@code waiting} and {@code hold} change under
 * {@code guard}, and a hold moves from the pool to the streams under it. Abort sets the flag and
 * ends what it finds; the sender enters each wait and each connection under the same guard and
 * looks at the flag: whoever comes second sees the other. The hold is forgotten before its
 * connection is given back, so an abort that comes late cannot close a connection that already
 * serves another call.
 */
final class PooledCall implements HttpCall {
  private static final int MAX_INTERIM = 20;
  private static final Duration URGENT_WAIT = Duration.ofMillis(250);
  private static final Timeout EARLY_ANSWER = Timeout.ofMilliseconds(250);

  private final OriginPools pools;
  private final Origin origin;
  private final HttpRequest request;

  private final Object guard = new Object();
  private boolean aborted;
  private @Nullable Future<?> waiting;
  private @Nullable Hold hold;

  PooledCall(OriginPools pools, Origin origin, HttpRequest request) {
    this.pools = pools;
    this.origin = origin;
    this.request = request;
  }

  @Override
  public HttpReply send() throws IOException, InterruptedException {
    Hold first = take(false);
    try {
      return exchange(first);
    } catch (StaleException stale) {
      try {
        return exchange(take(true));
      } catch (StaleException e) {
        throw new IllegalStateException("a fresh connection is never stale", e);
      } catch (IOException | InterruptedException e) {
        e.addSuppressed(stale);
        throw e;
      }
    }
  }

  @Override
  public void abort() {
    synchronized (guard) {
      aborted = true;
      if (waiting != null) {
        waiting.cancel(true);
      }
      if (hold != null) {
        hold.connection().abort();
      }
    }
  }

  @Override
  public boolean promote() {
    synchronized (guard) {
      return hold != null && hold.promote();
    }
  }

  boolean isAborted() {
    synchronized (guard) {
      return aborted;
    }
  }

  /** Ends the use of a connection; {@code broken} when its exchange is not at its end. */
  void release(Hold used, boolean broken, @Nullable Throwable cause) {
    synchronized (guard) {
      hold = null;
    }
    if (broken) {
      used.discard(cause);
    } else {
      used.giveBack();
    }
  }

  CallAbortedException abortedException(@Nullable Throwable cause) {
    return new CallAbortedException(request + " to " + origin + ": aborted", cause);
  }

  private Hold take(boolean fresh) throws IOException, InterruptedException {
    if (request.use() == HttpRequest.Use.STREAM
        || (fresh && request.use() == HttpRequest.Use.URGENT)) {
      return pools.openStream(origin);
    }
    if (request.use() == HttpRequest.Use.URGENT) {
      return takeUrgent();
    }
    // What was idle beside a stale connection is likely to be stale as well: it makes way.
    for (int left = pools.options().pool().perKey().max(); ; left--) {
      Lease<HttpConnection> lease = acquire(pools.options().pool().perKey().acquireTimeout());
      if (!fresh || !lease.isReused()) {
        return Hold.leased(lease, pools.streams(origin));
      }
      lease.invalidate(null);
      if (left == 0) {
        throw new RequestNotSentException(origin + ": every connection was in use before", null);
      }
    }
  }

  /**
   * Never waits behind those who may be waiting for this very message. A look at the numbers keeps
   * the pool's own from telling of time-outs that are none; the short wait is for the case that the
   * last place was taken after that look.
   */
  private Hold takeUrgent() throws IOException, InterruptedException {
    PoolStats numbers = pools.stats(origin).pool();
    if (numbers.active() < numbers.maxSize() && numbers.pending() == 0) {
      try {
        return Hold.leased(acquire(URGENT_WAIT), pools.streams(origin));
      } catch (RequestNotSentException e) {
        if (!(e.getCause() instanceof AcquireTimeoutException)) {
          throw e;
        }
      }
    }
    return pools.openStream(origin);
  }

  private Lease<HttpConnection> acquire(Duration timeout) throws IOException, InterruptedException {
    CompletableFuture<Lease<HttpConnection>> coming;
    try {
      coming = pools.pool().acquireAsync(origin, timeout).toCompletableFuture();
    } catch (PoolException e) {
      throw notSent(e);
    }
    enterWait(coming);
    try {
      return coming.get();
    } catch (InterruptedException e) {
      if (!coming.cancel(true)) {
        coming.thenAccept(Lease::close);
      }
      throw e;
    } catch (CancellationException e) {
      throw abortedException(e);
    } catch (ExecutionException e) {
      throw notSent(e.getCause());
    } finally {
      synchronized (guard) {
        waiting = null;
      }
    }
  }

  private void enterWait(Future<?> coming) {
    synchronized (guard) {
      waiting = coming;
      if (aborted) {
        coming.cancel(true);
      }
    }
  }

  private IOException notSent(@Nullable Throwable cause) {
    String why = cause == null ? "" : ": " + cause.getMessage();
    return new RequestNotSentException(request + " to " + origin + ": not sent" + why, cause);
  }

  private HttpReply exchange(Hold taken) throws IOException, InterruptedException {
    HttpConnection connection = taken.connection();
    long written = connection.bytesWritten();
    long read = connection.bytesRead();
    try {
      enterExchange(taken);
      connection.begin();
      connection.silence(pools.options().responseTimeout());
      ClassicHttpRequest message = message();
      boolean whole = write(connection, message, written);
      ClassicHttpResponse head = readHead(connection.wire());
      Duration keepAlive = whole ? KeepAlive.of(message, head, pools.options()) : Duration.ZERO;
      return new PooledReply(this, taken, head, keepAlive, pools.nanoTime());
    } catch (IOException | HttpException | RuntimeException e) {
      boolean nothingWritten = connection.bytesWritten() == written;
      boolean nothingRead = connection.bytesRead() == read;
      release(taken, true, e);
      if (Thread.interrupted()) {
        throw interrupted(e);
      }
      if (isAborted()) {
        throw abortedException(e);
      }
      if (taken.isReused() && nothingRead && (nothingWritten || request.safeToRepeat())) {
        throw new StaleException(e);
      }
      throw nothingWritten ? notSent(e) : lost(e, nothingRead);
    }
  }

  private void enterExchange(Hold taken) throws CallAbortedException {
    synchronized (guard) {
      if (aborted) {
        throw abortedException(null);
      }
      hold = taken;
    }
  }

  private ClassicHttpRequest message() {
    BasicClassicHttpRequest message =
        new BasicClassicHttpRequest(request.method(), request.target());
    message.addHeader("Host", origin.authority());
    request.headers().forEach(message::addHeader);
    byte[] body = request.body();
    if (body != null) {
      message.setHeader("Content-Length", body.length);
      message.setEntity(new ByteArrayEntity(body, null));
    }
    return message;
  }

  /**
   * Writes the request. False when that failed midway and an answer may be there all the same: a
   * server may refuse (401, 413) and close without reading the body.
   */
  private boolean write(HttpConnection connection, ClassicHttpRequest message, long before)
      throws IOException, HttpException {
    DefaultBHttpClientConnection wire = connection.wire();
    try {
      wire.sendRequestHeader(message);
      wire.sendRequestEntity(message);
      wire.flush();
      return true;
    } catch (IOException e) {
      if (connection.bytesWritten() == before || !wire.isDataAvailable(EARLY_ANSWER)) {
        throw e;
      }
      return false;
    }
  }

  private ClassicHttpResponse readHead(DefaultBHttpClientConnection wire)
      throws IOException, HttpException {
    for (int interim = 0; interim < MAX_INTERIM; interim++) {
      ClassicHttpResponse head = wire.receiveResponseHeader();
      if (head.getCode() >= 200) {
        if (mayHaveBody(head.getCode())) {
          wire.receiveResponseEntity(head);
        }
        return head;
      }
      if (head.getCode() == 101) {
        throw new ProtocolException("the other side switched protocols, which nobody asked for");
      }
    }
    throw new ProtocolException("more than " + MAX_INTERIM + " interim responses");
  }

  private boolean mayHaveBody(int status) {
    return !request.method().equals("HEAD") && status != 204 && status != 304;
  }

  private IOException lost(Exception e, boolean nothingRead) {
    String why =
        e instanceof SocketTimeoutException
            ? "no response within " + pools.options().responseTimeout().toMillis() + " ms"
            : e instanceof HttpException
                ? "what came is not an HTTP response: " + e.getMessage()
                : "connection lost " + (nothingRead ? "before" : "within") + " the response head";
    String detail = why.startsWith("connection") ? " (" + e.getMessage() + ")" : "";
    return new RequestLostException(request + " to " + origin + ": " + why + detail, e);
  }

  private static InterruptedException interrupted(Throwable cause) {
    InterruptedException interrupted = new InterruptedException();
    interrupted.initCause(cause);
    return interrupted;
  }

  /** The judge's word for "once more"; never leaves this class. */
  private static final class StaleException extends IOException {
    private static final long serialVersionUID = 1L;

    StaleException(Throwable cause) {
      super("a kept connection had been closed by the other side", cause);
    }
  }
}
