package dev.weir.http.internal;

import dev.weir.http.RouteKey;
import dev.weir.pool.Lease;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.client5.http.EndpointInfo;
import org.apache.hc.client5.http.impl.ConnectionShutdownException;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A lease as HttpClient sees it. It ends once, by {@link #detach}; from then on nothing here
 * reaches the connection, which may be another's by then.
 *
 * <p>For one thread at a time, but for {@link #close}, which comes from whoever aborts the request
 * and wakes the thread that connects or reads.
 */
final class LeasedEndpoint extends ConnectionEndpoint {
  /** A lease and what is leased, which can no longer be asked for when the pool has ended it. */
  record Held(Lease<ClientConnection> lease, ClientConnection place) {}

  private final RouteKey key;
  private final AtomicReference<@Nullable Held> held;

  LeasedEndpoint(RouteKey key, Held held) {
    this.key = key;
    this.held = new AtomicReference<>(held);
  }

  RouteKey key() {
    return key;
  }

  /** Ends the endpoint; null when it has ended already. */
  @Nullable Held detach() {
    return held.getAndSet(null);
  }

  /**
   * The place that is leased.
   *
   * @throws ConnectionShutdownException when the endpoint has ended
   */
  ClientConnection place() {
    Held now = held.get();
    if (now == null) {
      throw new ConnectionShutdownException();
    }
    return now.place();
  }

  @Override
  public boolean isConnected() {
    return place().isConnected();
  }

  @Override
  public void setSocketTimeout(Timeout timeout) {
    place().connection().wire().setSocketTimeout(timeout);
  }

  @Override
  @Deprecated
  public ClassicHttpResponse execute(
      String id, ClassicHttpRequest request, HttpRequestExecutor executor, HttpContext context)
      throws IOException, HttpException {
    return execute(id, request, executor::execute, context);
  }

  @Override
  public ClassicHttpResponse execute(
      String id, ClassicHttpRequest request, RequestExecutor executor, HttpContext context)
      throws IOException, HttpException {
    ClientConnection place = place();
    ClassicHttpResponse response = executor.execute(request, place.connection().wire(), context);
    place.heard(response);
    return response;
  }

  @Override
  public @Nullable EndpointInfo getInfo() {
    Held now = held.get();
    if (now == null || !now.place().isConnected()) {
      return null;
    }
    var wire = now.place().connection().wire();
    return new EndpointInfo(wire.getProtocolVersion(), wire.getSSLSession());
  }

  /** Closes the socket; the endpoint can be connected again. */
  @Override
  public void close() {
    Held now = held.get();
    if (now != null) {
      now.place().disconnect();
    }
  }

  /**
   * Immediately: for good, which is how HttpClient begins to discard an endpoint, perhaps on
   * another thread than the one that connects it. What that one brings afterwards must not be kept:
   * a tunnel may not be dug yet.
   */
  @Override
  public void close(CloseMode mode) {
    Held now = held.get();
    if (now != null && mode == CloseMode.IMMEDIATE) {
      now.place().end();
    } else {
      close();
    }
  }
}
