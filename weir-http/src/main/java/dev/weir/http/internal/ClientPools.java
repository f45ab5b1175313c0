package dev.weir.http.internal;

import dev.weir.http.HttpOptions;
import dev.weir.http.RouteKey;
import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.KeyedPool;
import dev.weir.pool.KeyedPoolBuilder;
import dev.weir.pool.Lease;
import dev.weir.pool.PoolListener;
import dev.weir.pool.PoolOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The pools behind a {@link dev.weir.http.WeirConnectionManager}, and the way of one request
 * through them: lease, connect, perhaps upgrade, release.
 */
public final class ClientPools {
  private static final Duration FOR_EVER = Duration.ofDays(36_500);

  private final HttpOptions options;
  private final Dialer dialer;
  private final Set<ClientConnection> all = ConcurrentHashMap.newKeySet();
  private final KeyedPool<RouteKey, ClientConnection> pool;

  /**
   * @param threads null for the pool's own
   */
  public ClientPools(
      String name,
      HttpOptions options,
      TlsSocketStrategy tls,
      DnsResolver dns,
      PoolListener listener,
      @Nullable ThreadFactory threads,
      LongSupplier nanoTime) {
    check(options.pool().perKey());
    this.options = options;
    this.dialer = new Dialer(options, tls, dns, nanoTime);
    KeyedPoolBuilder<RouteKey, ClientConnection> builder =
        KeyedPool.<RouteKey, ClientConnection>builder(key -> new RouteFactory(options, all))
            .name(name)
            .options(options.pool())
            .listener(listener);
    this.pool = (threads == null ? builder : builder.threads(threads)).build();
  }

  /** The pools open places, not sockets: what they would open of their own accord is of no use. */
  private static void check(PoolOptions perKey) {
    if (perKey.min() != 0) {
      throw new InvalidOptionException("min", perKey.min(), "0, as requests open connections");
    }
    if (perKey.adaptive()) {
      throw new InvalidOptionException("adaptive", true, "false, as requests open connections");
    }
    if (perKey.maxLeasesPerConnection() != 1) {
      throw new InvalidOptionException(
          "maxLeasesPerConnection", perKey.maxLeasesPerConnection(), "1, as HTTP/1.1 needs it");
    }
  }

  public KeyedPool<RouteKey, ?> pool() {
    return pool;
  }

  /** Begins to wait for a lease. */
  public LeaseRequest lease(HttpRoute route, @Nullable Timeout timeout, @Nullable Object state) {
    RouteKey key = new RouteKey(route, state);
    Timeout limit = Timeout.defaultsToInfinite(timeout);
    CompletableFuture<Lease<ClientConnection>> coming =
        pool.acquireAsync(key, span(limit, FOR_EVER)).toCompletableFuture();
    return new EndpointRequest(key, limit, coming);
  }

  /**
   * Ends a lease. The connection is kept when it is at the end of an exchange and still in the
   * state that its key says; otherwise it is closed before this returns.
   */
  public void release(
      ConnectionEndpoint endpoint, @Nullable Object state, @Nullable TimeValue keepAlive) {
    LeasedEndpoint leased = own(endpoint);
    LeasedEndpoint.Held held = leased.detach();
    if (held == null) {
      return;
    }
    boolean kept =
        keepAlive != null
            && Objects.equals(state, leased.key().state())
            && held.place().rest(TimeValue.isPositive(keepAlive) ? span(keepAlive) : null);
    if (kept) {
      held.lease().close();
    } else {
      held.place().end();
      held.lease().invalidate(null);
    }
  }

  /** Connects the endpoint to its first hop, unless it is connected. */
  public void connect(ConnectionEndpoint endpoint, @Nullable TimeValue timeout, HttpContext context)
      throws IOException {
    LeasedEndpoint leased = own(endpoint);
    ClientConnection place = leased.place();
    if (!place.isConnected()) {
      Duration limit = timeout == null ? options.connectTimeout() : span(timeout);
      dialer.connect(place, leased.key().route(), limit, context);
    }
  }

  /** Puts TLS towards the target on the connection. */
  public void upgrade(ConnectionEndpoint endpoint, HttpContext context) throws IOException {
    LeasedEndpoint leased = own(endpoint);
    dialer.upgrade(leased.place().connection(), leased.key().route(), context);
  }

  /**
   * Closes every connection under the hands of whoever uses it: when told to do so immediately,
   * before this returns, otherwise with a goodbye from those that rest.
   */
  public void close(CloseMode mode) {
    pool.close();
    if (mode == CloseMode.IMMEDIATE) {
      all.forEach(ClientConnection::end);
    }
  }

  private static LeasedEndpoint own(ConnectionEndpoint endpoint) {
    if (endpoint instanceof LeasedEndpoint leased) {
      return leased;
    }
    throw new IllegalStateException("not an endpoint of this manager: " + endpoint);
  }

  private static Duration span(Timeout timeout, Duration disabled) {
    return timeout.isDisabled() ? disabled : span(timeout);
  }

  private static Duration span(TimeValue value) {
    return Duration.ofMillis(Math.max(0, value.toMilliseconds()));
  }
}
