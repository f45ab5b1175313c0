package dev.weir.gateway;

import dev.weir.gateway.admin.HealthPages;
import dev.weir.gateway.admin.LedgerView;
import dev.weir.gateway.admin.MetricsPage;
import dev.weir.gateway.admin.StatusPage;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.UpstreamNames;
import dev.weir.gateway.lease.Leases;
import dev.weir.gateway.lease.ParkingKeeper;
import dev.weir.gateway.lease.StandbyKeeper;
import dev.weir.gateway.ledger.Headroom;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.ledger.Limits;
import dev.weir.gateway.ledger.Machine;
import dev.weir.gateway.listener.Admission;
import dev.weir.gateway.listener.ChannelSessions;
import dev.weir.gateway.listener.HttpListener;
import dev.weir.gateway.listener.HttpSse;
import dev.weir.gateway.listener.StreamableHttp;
import dev.weir.gateway.modern.ModernService;
import dev.weir.gateway.route.DirectRoute;
import dev.weir.gateway.route.Route;
import dev.weir.gateway.route.Router;
import dev.weir.gateway.session.SessionReaper;
import dev.weir.gateway.session.SessionRegistry;
import dev.weir.gateway.upstream.Upstream;
import dev.weir.mcp.ClientChannel;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.HttpServer;
import dev.weir.mcp.InProcessServer;
import dev.weir.mcp.Transports;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;

/**
 * The running gateway: builds the rooms in the order of a call, starts them, and ends them.
 *
 * <p>States: accepting → draining → closed. Thread-safe.
 */
public final class Gateway implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Gateway.class.getName());
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(60);
  private static final Duration HEAD_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration END_BOUND = Duration.ofSeconds(15);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

  private final GatewayConfig config;
  private final Headroom headroom;
  private final Ledger ledger;
  private final Upstreams upstreams;
  private final Leases leases;
  private final SessionRegistry sessions;
  private final StandbyKeeper standby;
  private final SessionReaper reaper;
  private final Router router;
  private final ModernService modern;
  private final StreamableHttp streamableHttp;
  private final ChannelSessions channels;
  private final HttpSse httpSse;
  private final SocketListeners sockets = new SocketListeners();
  private final HttpServer server;
  private volatile boolean draining;

  /**
   * Builds the rooms and serves.
   *
   * @throws IOException when the address cannot be listened on
   */
  public static Gateway start(GatewayConfig config) throws IOException {
    return start(config, Map.of());
  }

  /**
   * The same for a program that embeds the gateway, with further upstreams that are objects of the
   * program, by their names: each at {@code /mcp/NAME}, after those of the configuration, a
   * conversation of its own for each client session. The objects are called on virtual threads.
   *
   * @throws IllegalArgumentException for a name that an upstream cannot have or another one has
   */
  public static Gateway start(GatewayConfig config, Map<String, InProcessServer> objects)
      throws IOException {
    for (String name : objects.keySet()) {
      UpstreamNames.problem(name)
          .ifPresent(
              problem -> {
                throw new IllegalArgumentException("\"" + name + "\": " + problem);
              });
      if (config.upstreams().containsKey(name) || config.aggregates().containsKey(name)) {
        throw new IllegalArgumentException("\"" + name + "\" is in the configuration already");
      }
    }
    endOrphans();
    return new Gateway(config, objects, true);
  }

  /** Builds the rooms, and serves only those that {@link #serve} is given. */
  public static Gateway startUnheard(GatewayConfig config) throws IOException {
    endOrphans();
    return new Gateway(config, Map.of(), false);
  }

  private static void endOrphans() {
    int orphans = Transports.endOrphans();
    if (orphans > 0) {
      LOG.log(
          System.Logger.Level.WARNING,
          "ended " + orphans + " processes that a gateway which is no more had left behind");
    }
  }

  /** From room 5 to room 1. */
  private Gateway(GatewayConfig config, Map<String, InProcessServer> objects, boolean listens)
      throws IOException {
    this.config = config;
    Clock clock = Clock.systemUTC();
    var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    this.headroom =
        new Headroom(Machine.here()::read, config.limits().headroom().fraction(), meters);
    this.ledger = new Ledger(limits(config), headroom, meters, RandomGenerator.getDefault());
    this.upstreams = new Upstreams(config, objects, ledger, meters, clock);
    this.leases =
        new Leases(
            upstreams.all(),
            upstreams.standby(),
            upstreams.sharing(),
            new ParkingKeeper(Upstreams.parkAfter(config)),
            ledger);
    this.standby = new StandbyKeeper(upstreams.standby());
    this.router = new Router(routes(config, upstreams, leases, clock));
    this.sessions =
        new SessionRegistry(
            router,
            ledger,
            config.sessions().max(),
            clock,
            System::nanoTime,
            RandomGenerator.getDefault(),
            meters);
    this.reaper =
        new SessionReaper(
            sessions, config.sessions().idleTimeout(), config.sessions().maxLifetime());
    this.modern =
        new ModernService(
            sessions,
            config.modern().idleTimeout(),
            config.modern().answerTimeout(),
            config.modern().listTtl());
    this.streamableHttp = new StreamableHttp(sessions, modern);
    this.channels = new ChannelSessions(sessions, modern);
    this.httpSse = new HttpSse(sessions, channels);
    var listen = new InetSocketAddress(config.listen().host(), config.listen().port());
    var listener =
        new HttpListener(
            new Admission(listen, config.allowedHosts(), config.allowedOrigins()),
            sessions,
            streamableHttp,
            httpSse,
            channels,
            pages(meters, clock));
    this.server = listens ? serve(listen, listener) : new NoListener();
    headroom.watch(this::clients);
    Gauge.builder("weir.client.connections", this, Gateway::clients)
        .description("Connections of clients that are open")
        .register(meters);
    Gauge.builder("weir.connections.used", this, Gateway::connections)
        .description("Connections of clients and to upstreams")
        .register(meters);
    Gauge.builder("weir.connections.unpooled", this, Gateway::connectionsWithoutPool)
        .description("The same, if each upstream session had a connection of its own")
        .register(meters);
  }

  /** Connections of clients. */
  private int clients() {
    return server.connections() + sockets.connections();
  }

  private int mostClients() {
    return headroom.connections(config.limits().connections());
  }

  private int connections() {
    return clients() + upstreams.sockets();
  }

  private int connectionsWithoutPool() {
    return clients() + upstreams.socketsWithoutPool();
  }

  private static Limits limits(GatewayConfig config) {
    Map<String, Integer> perUpstream = new HashMap<>();
    config.upstreams().forEach((name, upstream) -> perUpstream.put(name, upstream.maxSessions()));
    return new Limits(config.sessions().max(), config.sessions().maxPerIdentity(), perUpstream);
  }

  private static List<Route> routes(
      GatewayConfig config, Upstreams upstreams, Leases leases, Clock clock) {
    List<Route> routes = new ArrayList<>();
    for (Upstream upstream : upstreams.all()) {
      routes.add(new DirectRoute(upstream.name(), leases));
    }
    routes.addAll(Aggregates.routes(config.aggregates(), upstreams.all(), leases, clock));
    return routes;
  }

  private Map<String, HttpExchange.Handler> pages(PrometheusMeterRegistry meters, Clock clock) {
    return Map.of(
        "/livez",
        HealthPages.live(),
        "/readyz",
        HealthPages.ready(() -> !draining),
        "/metrics",
        new MetricsPage(meters, upstreams::look),
        "/api/v1/status",
        status(clock));
  }

  private HttpExchange.Handler status(Clock clock) {
    var view =
        new LedgerView(
            ledger,
            upstreams.all(),
            upstreams::use,
            this::connections,
            this::connectionsWithoutPool);
    return new StatusPage(
        router.routes(),
        upstreams.all(),
        upstreams.isolation(),
        sessions,
        view,
        () -> !draining,
        clock);
  }

  private HttpServer serve(InetSocketAddress listen, HttpListener listener) throws IOException {
    HttpServer started = null;
    boolean serving = false;
    try {
      HttpServer http =
          Transports.httpServer(
              new HttpServer.Options(
                  listen,
                  () -> mostClients() - sockets.connections(),
                  config.limits().requestBody().bytes(),
                  HEAD_TIMEOUT,
                  KEEP_ALIVE,
                  WRITE_TIMEOUT),
              listener);
      started = http;
      sockets.start(
          config,
          router.routes(),
          channels,
          () -> http.connections() + sockets.connections() < mostClients(),
          HEAD_TIMEOUT,
          WRITE_TIMEOUT);
      serving = true;
      return http;
    } finally {
      if (!serving) {
        if (started != null) {
          started.close();
        }
        reaper.close();
        streamableHttp.close();
        httpSse.close();
        standby.close();
        leases.close();
        upstreams.close();
        headroom.close();
      }
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.address();
  }

  /** The sockets that it listens on beside, and the paths of the routes that they lead to. */
  public SequencedMap<String, String> sockets() {
    return sockets.places();
  }

  /** Serves one client that did not come to the listener, until it has left or this ends. */
  public void serve(ClientChannel client, String path) throws InterruptedException {
    channels.serve(client, path, Identity.ANONYMOUS, Duration.ZERO);
  }

  /** The paths that it serves, in order. */
  public List<Route> routes() {
    return router.routes();
  }

  /**
   * Lets no new call begin, waits until those in flight have finished or the time is up, then ends
   * everything, and logs what was still running.
   */
  public void drainAndClose(Duration deadline) throws InterruptedException {
    draining = true;
    streamableHttp.drain();
    channels.drain();
    var report = new ShutdownReport(upstreams.all());
    long begun = System.nanoTime();
    while (sessions.inFlight() + modern.inFlight() + channels.inFlight() > 0
        && System.nanoTime() - begun < deadline.toNanos()) {
      Thread.sleep(LOOK_AGAIN);
    }
    report.cutOff();
    int ended = end();
    LOG.log(
        report.isClean() ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
        report.line(ended, Duration.ofNanos(System.nanoTime() - begun)));
  }

  /** Ends everything at once: sessions with their processes, sockets, the listener. */
  @Override
  public void close() {
    end();
  }

  /**
   * Nothing new comes in; then what clients have goes, what was ready for more, what stands behind,
   * and last the connections on which clients are told.
   *
   * @return how many sessions were ended
   */
  private int end() {
    draining = true;
    streamableHttp.drain();
    channels.drain();
    reaper.close();
    server.stopAccepting();
    sockets.stopAccepting();
    int ended = 0;
    try {
      ended = sessions.endAll(END_BOUND);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    leases.close();
    standby.close();
    upstreams.close();
    streamableHttp.close();
    channels.close();
    httpSse.close();
    sockets.close();
    server.close();
    headroom.close();
    return ended;
  }
}
