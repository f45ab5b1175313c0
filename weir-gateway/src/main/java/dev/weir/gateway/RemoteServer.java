package dev.weir.gateway;

import dev.weir.gateway.admin.dashboard.UpstreamControls.Bounds;
import dev.weir.gateway.config.Balance;
import dev.weir.gateway.config.EjectionConfig;
import dev.weir.gateway.config.EraChoice;
import dev.weir.gateway.config.PoolConfig;
import dev.weir.gateway.config.UpstreamConfig;
import dev.weir.gateway.config.UpstreamUrl;
import dev.weir.gateway.upstream.Balancer;
import dev.weir.gateway.upstream.Endpoint;
import dev.weir.gateway.upstream.EndpointSet;
import dev.weir.gateway.upstream.OutlierEjection;
import dev.weir.http.HttpConnections;
import dev.weir.http.HttpOptions;
import dev.weir.http.Origin;
import dev.weir.http.OriginStats;
import dev.weir.mcp.Era;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.WebSocketOptions;
import dev.weir.metrics.MeterNames;
import dev.weir.metrics.PoolMeters;
import dev.weir.pool.KeyedPoolOptions;
import dev.weir.pool.Lease;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.PoolSnapshot;
import dev.weir.pool.PoolStats;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * An upstream over HTTP, furnished: its endpoints, and sockets of its own, so that no other
 * upstream can take them. Each origin has a pool; the meters show all of them together.
 */
final class RemoteServer implements AutoCloseable {
  private final HttpConnections http;
  private final List<Origin> origins;
  private final EndpointSet endpoints;
  private final SequencedMap<String, UpstreamConnector> connectors = new LinkedHashMap<>();
  private volatile Sockets seen;
  private volatile Bounds size;

  /** The sockets at one moment: in the pools, and beside them. */
  private record Sockets(PoolStats pool, int streams) {}

  RemoteServer(
      String name,
      UpstreamConfig.Remote remote,
      int maxMessage,
      Map<String, String> headers,
      MeterRegistry meters,
      Clock clock) {
    this.origins = remote.endpoints().stream().map(RemoteServer::origin).distinct().toList();
    this.size = new Bounds(remote.pool().min(), remote.pool().max());
    this.http = connections(name, remote, origins.size());
    List<Endpoint> all = new ArrayList<>();
    Map<String, Integer> places = new HashMap<>();
    for (UpstreamUrl url : remote.endpoints()) {
      int same = places.merge(hostAndPort(url), 1, Integer::sum);
      UpstreamConnector connector = connector(name, remote, url, maxMessage, headers);
      String place = hostAndPort(url) + (same == 1 ? "" : "#" + same);
      connectors.put(place, connector);
      all.add(new Endpoint(place, connector, ejection(remote.ejection()), clock));
    }
    this.endpoints =
        new EndpointSet(name, all, balancer(remote.balance()), System::nanoTime, meters);
    this.seen = now();
    measure(name, meters);
  }

  private UpstreamConnector connector(
      String name,
      UpstreamConfig.Remote remote,
      UpstreamUrl url,
      int maxMessage,
      Map<String, String> headers) {
    var sockets =
        WebSocketOptions.of(name, onWebSocket(url))
            .withHeaders(headers)
            .withMaxMessage(maxMessage)
            .withConnectTimeout(remote.connectTimeout());
    if (url.isWebSocket()) {
      return Transports.eitherEra(name, Transports.webSocket(sockets), only(remote.era()));
    }
    var options =
        HttpUpstreamOptions.of(name, url.uri()).withHeaders(headers).withMaxMessage(maxMessage);
    return switch (remote.transport()) {
      case AUTO ->
          Transports.eitherEra(name, Transports.httpOrSse(options, http), only(remote.era()));
      case STREAMABLE_HTTP ->
          Transports.eitherEra(name, Transports.http(options, http), only(remote.era()));
      case SSE -> Transports.sse(options, http);
      case WEBSOCKET ->
          Transports.eitherEra(
              name,
              new SessionsApart(Transports.webSocket(sockets), Transports.http(options, http)),
              only(remote.era()));
    };
  }

  private static URI onWebSocket(UpstreamUrl url) {
    return URI.create(url.uri().toString().replaceFirst("^http", "ws"));
  }

  /** Null to find out. */
  static @Nullable Era only(EraChoice era) {
    return switch (era) {
      case AUTO -> null;
      case LEGACY -> Era.LEGACY;
      case MODERN -> Era.MODERN;
    };
  }

  /** Nothing else of a URL is for everybody's eyes. */
  private static String hostAndPort(UpstreamUrl url) {
    Origin origin = origin(url);
    String host = origin.host().indexOf(':') >= 0 ? "[" + origin.host() + "]" : origin.host();
    return host + ":" + origin.port();
  }

  /** A WebSocket begins as a request to the HTTP origin of the same place. */
  private static Origin origin(UpstreamUrl url) {
    return Origin.of(URI.create(url.uri().toString().replaceFirst("^ws", "http")));
  }

  private static HttpConnections connections(
      String name, UpstreamConfig.Remote remote, int origins) {
    PoolConfig pool = remote.pool();
    HttpOptions defaults = HttpOptions.defaults();
    PoolOptions sockets =
        defaults
            .pool()
            .perKey()
            .withSize(pool.min(), pool.max())
            .withAcquireTimeout(pool.acquireTimeout())
            .withMaxWaiters(pool.maxWaiters())
            .withIdleTimeout(pool.idleTimeout())
            .withMaxLifetime(pool.maxLifetime());
    KeyedPoolOptions pools =
        defaults.pool().withPerKey(sockets).withMaxTotal(Math.multiplyExact(pool.max(), origins));
    return HttpConnections.create(
        defaults
            .withConnectTimeout(remote.connectTimeout())
            .withResponseTimeout(remote.responseTimeout())
            .withPool(pools),
        Map.of(),
        Thread.ofVirtual().name("http-" + name + "-", 0).factory());
  }

  private static OutlierEjection ejection(EjectionConfig ejection) {
    return new OutlierEjection(
        new OutlierEjection.Rules(ejection.failures(), ejection.time(), EjectionConfig.LONGEST),
        System::nanoTime,
        () -> ThreadLocalRandom.current().nextDouble());
  }

  private static Balancer balancer(Balance balance) {
    return switch (balance) {
      case ROUND_ROBIN -> Balancer.roundRobin();
      case LEAST_LOADED -> Balancer.leastLoaded();
      case RANDOM -> Balancer.random(bound -> ThreadLocalRandom.current().nextInt(bound));
    };
  }

  private void measure(String name, MeterRegistry meters) {
    PoolMeters pool = PoolMeters.of(name, MeterNames.under("weir.upstream", "upstream"));
    pool.watch(() -> seen.pool());
    pool.bindTo(meters);
    Gauge.builder("weir.upstream.streams", () -> seen.streams())
        .description("Open sockets to an upstream that are not pooled, but hold a stream")
        .tag("upstream", name)
        .register(meters);
  }

  EndpointSet endpoints() {
    return endpoints;
  }

  /** What opens conversations at each of them, by its place. */
  SequencedMap<String, UpstreamConnector> connectors() {
    return Collections.unmodifiableSequencedMap(connectors);
  }

  /**
   * Takes the numbers of all sockets; until the next time, the meters show these. Read one by one
   * while calls go on, a socket that changes hands would show up as leased and as idle, and the sum
   * exceed its bound.
   */
  void look() {
    seen = now();
  }

  /** Open sockets now, streams included. */
  int sockets() {
    return http.stats().values().stream().mapToInt(OriginStats::connections).sum() + ownSockets();
  }

  /** Those of WebSockets. */
  private int ownSockets() {
    return connectors.values().stream().mapToInt(UpstreamConnector::sockets).sum();
  }

  /** Those of them that hold a stream, or are a WebSocket. */
  int streams() {
    return now().streams();
  }

  private Sockets now() {
    int streams = http.stats().values().stream().mapToInt(OriginStats::streams).sum();
    return new Sockets(http.pools().stats(), streams + ownSockets());
  }

  /** Sockets that somebody uses now: leased, or with a stream. */
  int used() {
    Sockets now = now();
    return now.pool().active() + now.streams();
  }

  /** Origins whose breaker is open. */
  int breakers() {
    return http.pools().stats().endpointsDown();
  }

  /** The pools of all origins together. */
  PoolStats pool() {
    return http.pools().stats();
  }

  /** Each pool, by its origin. */
  Map<String, PoolSnapshot> pools() {
    Map<String, PoolSnapshot> pools = new TreeMap<>();
    http.pools().snapshotByKey().forEach((origin, pool) -> pools.put(origin.toString(), pool));
    return pools;
  }

  /** The bounds of the pool of each origin. */
  Bounds size() {
    return size;
  }

  /** Gives the pool of each origin other bounds. */
  synchronized void resize(Bounds bounds) {
    http.pools()
        .resize(bounds.min(), bounds.max(), Math.multiplyExact(bounds.max(), origins.size()));
    size = bounds;
  }

  /** Replaces idle sockets now, and leased ones when they are given back. */
  void recycle() {
    http.pools().evictAll();
  }

  /**
   * What came of opening sockets ahead.
   *
   * @param failure of the last that could not be opened; null when all could
   */
  record Warmed(int opened, int wanted, @Nullable String failure) {}

  /** Has so many sockets to each origin open, and gives them back at once. */
  Warmed preWarm(int number) throws InterruptedException {
    List<CompletableFuture<? extends Lease<?>>> leases = new ArrayList<>();
    for (Origin origin : origins) {
      for (int i = 0; i < number; i++) {
        leases.add(http.pools().acquireAsync(origin).toCompletableFuture());
      }
    }
    int opened = 0;
    String failure = null;
    try {
      for (CompletableFuture<? extends Lease<?>> lease : leases) {
        try {
          lease.get();
          opened++;
        } catch (ExecutionException e) {
          failure = Objects.requireNonNullElse(e.getCause(), e).getMessage();
        }
      }
    } finally {
      for (CompletableFuture<? extends Lease<?>> lease : leases) {
        if (!lease.cancel(false) && !lease.isCompletedExceptionally()) {
          lease.join().close();
        }
      }
    }
    return new Warmed(opened, leases.size(), failure);
  }

  @Override
  public void close() {
    http.close();
  }
}
