package dev.weir.http;

import dev.weir.http.internal.OriginPools;
import dev.weir.pool.KeyedPool;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Kept HTTP/1.1 connections: a pool for each origin, and streams beside them. Safe for any number
 * of threads, platform or virtual.
 *
 * <pre>{@code
 * try (HttpConnections http = HttpConnections.create(HttpOptions.defaults())) {
 *   HttpCall call = http.call(Origin.of(uri), HttpRequest.of("GET", "/", Map.of(), null));
 *   try (HttpReply reply = call.send()) {
 *     byte[] page = reply.readBody(1 << 20);
 *   }
 * }
 * }</pre>
 *
 * <p>Redirects, cookies, proxies and content codings are the caller's business.
 */
public final class HttpConnections implements AutoCloseable {
  private final OriginPools pools;

  private HttpConnections(OriginPools pools) {
    this.pools = pools;
  }

  /** Connections with the TLS settings of the platform, opened by threads of the pool. */
  public static HttpConnections create(HttpOptions options) {
    return create(options, Map.of(), null);
  }

  /**
   * @param tls TLS settings by the name that {@link Origin#tls} uses, such as one that trusts a
   *     private authority
   * @param threads makes the threads that open and close connections; null for the pool's own
   */
  public static HttpConnections create(
      HttpOptions options, Map<String, SSLContext> tls, @Nullable ThreadFactory threads) {
    return create(options, tls, threads, System::nanoTime);
  }

  static HttpConnections create(
      HttpOptions options,
      Map<String, SSLContext> tls,
      @Nullable ThreadFactory threads,
      LongSupplier nanoTime) {
    return new HttpConnections(new OriginPools(options, tls, threads, nanoTime));
  }

  /** A call that has not begun. */
  public HttpCall call(Origin origin, HttpRequest request) {
    return pools.call(origin, request);
  }

  /** Each origin that was used lately, with its numbers. */
  public Map<Origin, OriginStats> stats() {
    return pools.stats();
  }

  /** The numbers of one origin. */
  public OriginStats stats(Origin origin) {
    return pools.stats(origin);
  }

  /** The pools behind, for metrics; what is leased here without a call is nobody's request. */
  public KeyedPool<Origin, ?> pools() {
    return pools.pool();
  }

  /** Closes every connection at once, under the hands of whoever uses it, streams included. */
  @Override
  public void close() {
    pools.close();
  }
}
