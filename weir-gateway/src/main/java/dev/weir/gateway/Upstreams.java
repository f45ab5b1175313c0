package dev.weir.gateway;

import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.PoolConfig;
import dev.weir.gateway.config.Secret;
import dev.weir.gateway.config.StandbyConfig;
import dev.weir.gateway.config.UpstreamConfig;
import dev.weir.gateway.demo.DemoServer;
import dev.weir.gateway.lease.SpawnGovernor;
import dev.weir.gateway.lease.Standby;
import dev.weir.gateway.lease.StandbyBounds;
import dev.weir.gateway.upstream.Upstream;
import dev.weir.gateway.upstream.UpstreamStats;
import dev.weir.http.HttpConnections;
import dev.weir.http.HttpOptions;
import dev.weir.http.Origin;
import dev.weir.http.OriginStats;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.StdioOptions;
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.metrics.MeterNames;
import dev.weir.metrics.PoolMeters;
import dev.weir.pool.PoolOptions;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Room 5, furnished: an upstream for each entry of the configuration, on the wire that it names.
 */
final class Upstreams implements AutoCloseable {
  private static final String DEMO = "demo";

  private final Map<String, Upstream> byName = new LinkedHashMap<>();
  private final List<Standby> standby = new ArrayList<>();
  private final List<HttpConnections> connections = new ArrayList<>();
  private final List<SocketCounts> counted = new ArrayList<>();

  Upstreams(GatewayConfig config, MeterRegistry meters, Clock clock) {
    var governor = new SpawnGovernor(Runtime.getRuntime().availableProcessors());
    if (config.upstreams().isEmpty()) {
      add(DEMO, "in-process", Transports.inProcess(DEMO, new DemoServer()), meters, clock);
    }
    config
        .upstreams()
        .forEach(
            (name, upstream) -> {
              switch (upstream) {
                case UpstreamConfig.Process process -> {
                  add(name, "stdio", stdio(name, process, config), meters, clock);
                  prepare(name, process, config, governor, meters);
                }
                case UpstreamConfig.Remote remote ->
                    add(name, "http", http(name, remote, config, meters), meters, clock);
              }
            });
  }

  private static UpstreamConnector stdio(
      String name, UpstreamConfig.Process process, GatewayConfig config) {
    return Transports.stdio(
        new StdioOptions(
            name,
            process.command(),
            revealed(process.environment()),
            process.directory(),
            config.limits().message().bytes(),
            process.stopGrace()));
  }

  private void prepare(
      String name,
      UpstreamConfig.Process process,
      GatewayConfig config,
      SpawnGovernor governor,
      MeterRegistry meters) {
    var ready =
        new Standby(
            Objects.requireNonNull(byName.get(name)),
            bounds(process.standby()),
            process.startTimeout(),
            governor,
            config.sessions().max(),
            meters);
    standby.add(ready);
  }

  private static StandbyBounds bounds(StandbyConfig standby) {
    return new StandbyBounds(
        standby.min(), standby.max(), standby.memory().bytes(), standby.idleTimeout());
  }

  /** Sockets of its own for each upstream, so that none can take those of another. */
  private UpstreamConnector http(
      String name, UpstreamConfig.Remote remote, GatewayConfig config, MeterRegistry meters) {
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
    var http =
        HttpConnections.create(
            defaults
                .withConnectTimeout(remote.connectTimeout())
                .withResponseTimeout(remote.responseTimeout())
                .withPool(defaults.pool().withPerKey(sockets)),
            Map.of(),
            Thread.ofVirtual().name("http-" + name + "-", 0).factory());
    connections.add(http);
    var options =
        HttpUpstreamOptions.of(name, remote.url().uri())
            .withHeaders(revealed(remote.headers()))
            .withMaxMessage(Math.toIntExact(config.limits().message().bytes()));
    var counts = new SocketCounts(() -> http.stats(Origin.of(options.url())));
    counted.add(counts);
    measure(name, counts, meters);
    return Transports.http(options, http);
  }

  private static void measure(String name, SocketCounts sockets, MeterRegistry meters) {
    PoolMeters pool = PoolMeters.of(name, MeterNames.under("weir.upstream", "upstream"));
    pool.watch(() -> sockets.seen().pool());
    pool.bindTo(meters);
    Gauge.builder("weir.upstream.streams", () -> sockets.seen().streams())
        .description("Open sockets to an upstream that are not pooled, but hold a stream")
        .tag("upstream", name)
        .register(meters);
  }

  private static Map<String, String> revealed(Map<String, Secret> secrets) {
    Map<String, String> revealed = new LinkedHashMap<>();
    secrets.forEach((name, secret) -> revealed.put(name, secret.reveal()));
    return revealed;
  }

  private void add(
      String name, String kind, UpstreamConnector connector, MeterRegistry meters, Clock clock) {
    var upstream = new Upstream(name, kind, connector, new UpstreamStats(name, meters, clock));
    byName.put(name, upstream);
    Gauge.builder("weir.upstream.sessions", upstream, Upstream::sessionCount)
        .description("Upstream sessions that are open")
        .tag("upstream", name)
        .tag("transport", kind)
        .register(meters);
  }

  /** Takes the numbers of all sockets; until the next time, the meters show these. */
  void look() {
    counted.forEach(SocketCounts::look);
  }

  /**
   * The sockets of one upstream as they were at one moment. Read one by one while calls go on, a
   * socket that changes hands would show up as leased and as idle, and the sum exceed its bound.
   */
  private static final class SocketCounts {
    private final Supplier<OriginStats> now;
    private volatile OriginStats seen;

    SocketCounts(Supplier<OriginStats> now) {
      this.now = now;
      this.seen = now.get();
    }

    void look() {
      seen = now.get();
    }

    OriginStats seen() {
      return seen;
    }
  }

  /** What is kept ready of those that are processes. */
  List<Standby> standby() {
    return List.copyOf(standby);
  }

  List<Upstream> all() {
    return List.copyOf(byName.values());
  }

  @Override
  public void close() {
    byName.values().forEach(Upstream::close);
    connections.forEach(HttpConnections::close);
  }
}
