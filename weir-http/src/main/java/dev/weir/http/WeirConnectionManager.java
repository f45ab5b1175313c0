package dev.weir.http;

import dev.weir.http.internal.ClientPools;
import dev.weir.pool.KeyedPool;
import dev.weir.pool.PoolListener;
import java.io.IOException;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The connections of an Apache HttpClient 5, in Weir's pools: one for each {@link RouteKey}. Safe
 * for any number of threads, platform or virtual. Needs {@code httpclient5} beside this library.
 *
 * <pre>{@code
 * WeirConnectionManager manager = WeirConnectionManager.create(HttpOptions.forClients());
 * try (CloseableHttpClient client = HttpClients.custom().setConnectionManager(manager).build()) {
 *   String page = client.execute(new HttpGet(uri), reply -> EntityUtils.toString(reply.getEntity()));
 * }
 * }</pre>
 *
 * <p>Closing the client closes the manager, unless it was told that the manager is shared.
 *
 * <p><b>What is kept.</b> A connection whose exchange came to its end, for as long as its server
 * said less {@link HttpOptions#keepAliveMargin}, or {@link HttpOptions#assumedKeepAlive} if it said
 * nothing; and no longer than HttpClient's own keep-alive strategy says, the pool's {@code
 * idleTimeout} or its {@code maxLifetime}. Before each use its socket is looked at, which costs a
 * microsecond: one that its server closed, or that brought what nobody asked for, is never lent.
 *
 * <p><b>Time limits.</b> What a {@code RequestConfig} says goes first. HttpClient always says how
 * long to wait for a connection (3 minutes unless it is set; the pool's {@code acquireTimeout} has
 * no say). Where it is silent, {@link HttpOptions#connectTimeout} and {@link
 * HttpOptions#responseTimeout} are in force.
 *
 * <p><b>Opening.</b> Connections are opened by the thread of the request. The options of the pool
 * about tries to open, and its breaker, have no say; those that open connections which no request
 * needs ({@code min}, {@code adaptive}) are refused.
 *
 * <p><b>Bodies</b> of more than {@link HttpOptions#maxBody} bytes end in a {@link
 * BodyTooLargeException} from the stream of the body, and their connection is closed; no other
 * request is affected. What HttpClient decompresses is counted as it came over the wire.
 *
 * <p><b>State.</b> A connection that was authenticated for one user (NTLM, a client certificate) is
 * lent only to requests with the same user token. One that came into another state than it was
 * leased for is closed, so the first connection of such a user is used for one request. As with
 * HttpClient's own manager, requests keep their user token only if they share a context; {@code
 * disableConnectionState} turns it off.
 *
 * <p><b>Errors</b> are those of HttpClient: {@code ConnectionRequestTimeoutException} with the
 * pool's words about its state, {@code ConnectTimeoutException}, {@code HttpHostConnectException}.
 * Where the pool refuses, the cause is its {@link dev.weir.pool.PoolException}.
 *
 * <p>Unix sockets and SOCKS are not supported.
 */
public final class WeirConnectionManager implements HttpClientConnectionManager {
  private final ClientPools pools;

  private WeirConnectionManager(ClientPools pools) {
    this.pools = pools;
  }

  /** A manager with the TLS settings of the platform. */
  public static WeirConnectionManager create(HttpOptions options) {
    return builder().options(options).build();
  }

  /** A builder; everything has a default. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The pools behind, for metrics: {@code acquired} counts requests, redirects and retries
   * included; {@code created} those for whom no kept connection was free, so that they opened one,
   * or tried to, or were given another while theirs was made. What is leased here is nobody's
   * request.
   */
  public KeyedPool<RouteKey, ?> pools() {
    return pools.pool();
  }

  @Override
  public LeaseRequest lease(
      @Nullable String id,
      HttpRoute route,
      @Nullable Timeout requestTimeout,
      @Nullable Object state) {
    return pools.lease(route, requestTimeout, state);
  }

  @Override
  public void release(
      ConnectionEndpoint endpoint, @Nullable Object newState, @Nullable TimeValue validDuration) {
    pools.release(endpoint, newState, validDuration);
  }

  @Override
  public void connect(
      ConnectionEndpoint endpoint, @Nullable TimeValue connectTimeout, HttpContext context)
      throws IOException {
    pools.connect(endpoint, connectTimeout, context);
  }

  @Override
  public void upgrade(ConnectionEndpoint endpoint, HttpContext context) throws IOException {
    pools.upgrade(endpoint, context);
  }

  /**
   * Closes every connection, also under the hands of whoever uses it. Whoever waits for one fails.
   * Immediately: all sockets are closed when this returns. Gracefully: soon after, those that rest
   * with a goodbye where there is TLS.
   */
  @Override
  public void close(CloseMode mode) {
    pools.close(mode);
  }

  /** Like {@link #close(CloseMode)}, gracefully. */
  @Override
  public void close() {
    close(CloseMode.GRACEFUL);
  }

  /** Builds a {@link WeirConnectionManager}. For one thread. */
  public static final class Builder {
    private HttpOptions options = HttpOptions.forClients();
    private String name = "http";
    private @Nullable TlsSocketStrategy tls;
    private DnsResolver dns = SystemDefaultDnsResolver.INSTANCE;
    private PoolListener listener = PoolListener.NONE;
    private @Nullable ThreadFactory threads;
    private LongSupplier nanoTime = System::nanoTime;

    private Builder() {}

    /** The options. Default: {@link HttpOptions#forClients}. */
    public Builder options(HttpOptions options) {
      this.options = options;
      return this;
    }

    /** The name of the pools in messages, thread names and metrics. Default: "http". */
    public Builder name(String name) {
      this.name = name;
      return this;
    }

    /** Keys and trust for TLS; the names of hosts are checked. Default: those of the platform. */
    public Builder tls(SSLContext context) {
      return tls(new DefaultClientTlsStrategy(context));
    }

    /** How TLS is put on a connection: for protocol versions, ciphers, a verifier of one's own. */
    public Builder tls(TlsSocketStrategy strategy) {
      this.tls = strategy;
      return this;
    }

    /** Finds the addresses of hosts and proxies. Default: the platform's. */
    public Builder dnsResolver(DnsResolver resolver) {
      this.dns = resolver;
      return this;
    }

    /** Hears what happens in the pools. Default: nobody. */
    public Builder listener(PoolListener listener) {
      this.listener = listener;
      return this;
    }

    /** Makes the pools' own threads. Default: daemons. */
    public Builder threads(ThreadFactory threads) {
      this.threads = threads;
      return this;
    }

    /** For tests, which move time themselves. */
    Builder nanoTime(LongSupplier nanoTime) {
      this.nanoTime = nanoTime;
      return this;
    }

    /**
     * Builds the manager, which opens nothing before it is used.
     *
     * @throws dev.weir.pool.InvalidOptionException when an option of the pool is not for HttpClient
     */
    public WeirConnectionManager build() {
      TlsSocketStrategy strategy = tls == null ? DefaultClientTlsStrategy.createDefault() : tls;
      return new WeirConnectionManager(
          new ClientPools(name, options, strategy, dns, listener, threads, nanoTime));
    }
  }
}
