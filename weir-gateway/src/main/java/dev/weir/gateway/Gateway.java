package dev.weir.gateway;

import dev.weir.gateway.admin.Demands;
import dev.weir.gateway.admin.HealthPages;
import dev.weir.gateway.admin.HealthReport;
import dev.weir.gateway.admin.LedgerView;
import dev.weir.gateway.admin.MetricsPage;
import dev.weir.gateway.admin.ReloadHistory;
import dev.weir.gateway.admin.StatusPage;
import dev.weir.gateway.admin.UpstreamState;
import dev.weir.gateway.admin.dashboard.Observed;
import dev.weir.gateway.auth.Access;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.config.ConfigSource;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.LimitConfig;
import dev.weir.gateway.config.ModernConfig;
import dev.weir.gateway.config.SessionConfig;
import dev.weir.gateway.config.UpstreamConfig;
import dev.weir.gateway.config.UpstreamNames;
import dev.weir.gateway.ledger.CallLimits;
import dev.weir.gateway.ledger.Headroom;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.ledger.Limits;
import dev.weir.gateway.ledger.Machine;
import dev.weir.gateway.listener.Admission;
import dev.weir.gateway.listener.ChannelSessions;
import dev.weir.gateway.listener.Entrance;
import dev.weir.gateway.listener.Guard;
import dev.weir.gateway.listener.HttpListener;
import dev.weir.gateway.listener.HttpSse;
import dev.weir.gateway.listener.StreamableHttp;
import dev.weir.gateway.modern.ModernService;
import dev.weir.gateway.route.Route;
import dev.weir.gateway.session.SessionReaper;
import dev.weir.gateway.session.SessionRegistry;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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

  private final Map<String, InProcessServer> objects;
  private final ConfiguredJournal journal;
  private final Headroom headroom;
  private final Ledger ledger;
  private final Upstreams upstreams;
  private final RequiredUpstreams required;
  private final Reloads reloads;
  private final SessionRegistry sessions;
  private final SessionReaper reaper;
  private final ModernService modern;
  private final StreamableHttp streamableHttp;
  private final ChannelSessions channels;
  private final HttpSse httpSse;
  private final HttpListener listener;
  private final AdminServer admin = new AdminServer();
  private final SocketListeners sockets = new SocketListeners();
  private final AccessRules accessRules = new AccessRules();
  private final @Nullable ListenerTls tls;
  private final HttpServer server;
  private volatile GatewayConfig config;
  private volatile Admission admission;
  private volatile Access access;
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
    }
    checkApart(config, objects);
    endOrphans();
    return new Gateway(config, objects, true);
  }

  private static void checkApart(GatewayConfig config, Map<String, InProcessServer> objects) {
    for (String name : objects.keySet()) {
      if (config.upstreams().containsKey(name) || config.aggregates().containsKey(name)) {
        throw new IllegalArgumentException("\"" + name + "\" is in the configuration already");
      }
    }
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
    this.objects = Map.copyOf(objects);
    Clock clock = Clock.systemUTC();
    var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    this.journal = new ConfiguredJournal(config, meters, clock);
    this.headroom =
        new Headroom(Machine.here()::read, config.limits().headroom().fraction(), meters);
    this.ledger = new Ledger(limits(config), headroom, meters, RandomGenerator.getDefault());
    this.upstreams = new Upstreams(config, objects, ledger, meters, clock);
    this.required = new RequiredUpstreams(() -> this.config, upstreams);
    var history = new ReloadHistory(meters, clock);
    this.reloads =
        new Reloads(
            config, upstreams, new Aggregates(clock), history, this::inEffect, this::reroute);
    this.sessions =
        new SessionRegistry(
            reloads.router(),
            ledger,
            clock,
            System::nanoTime,
            RandomGenerator.getDefault(),
            meters);
    this.reaper = new SessionReaper(sessions, () -> lifetimes(this.config.sessions()));
    this.modern = new ModernService(sessions, () -> times(this.config.modern()));
    this.access = accessRules.of(config);
    var calls = new CallLimits(() -> bounds(this.config.limits()), System::nanoTime, meters);
    var guard = new Guard(() -> access, calls, sessions);
    this.streamableHttp = new StreamableHttp(sessions, modern, guard);
    this.channels = new ChannelSessions(sessions, modern, guard, journal.journal());
    this.httpSse = new HttpSse(sessions, channels);
    var listen = new InetSocketAddress(config.listen().host(), config.listen().port());
    this.admission = new Admission(listen, config.allowedHosts(), config.allowedOrigins());
    this.listener =
        new HttpListener(
            () -> admission,
            () -> access,
            sessions,
            streamableHttp,
            httpSse,
            channels,
            journal.journal(),
            pages(meters, history, clock));
    this.tls = config.tls() == null ? null : new ListenerTls(config.tls());
    this.server = listens ? serve(listen, listener, observed(clock)) : new NoListener();
    headroom.watch(this::clients);
    Gauge.builder("weir.client.connections", this, Gateway::clients)
        .description("Connections of clients that are open")
        .register(meters);
    Gauge.builder("weir.upstreams.retired", upstreams, Upstreams::retired)
        .description("Upstreams that the configuration has no more and that somebody still uses")
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

  private static SessionReaper.Lifetimes lifetimes(SessionConfig sessions) {
    return new SessionReaper.Lifetimes(sessions.idleTimeout(), sessions.maxLifetime());
  }

  private static CallLimits.Bounds bounds(LimitConfig limits) {
    return new CallLimits.Bounds(
        limits.callsPerSecond(), limits.callsBurst(), limits.callsAtOnce());
  }

  private static ModernService.Times times(ModernConfig modern) {
    return new ModernService.Times(modern.idleTimeout(), modern.answerTimeout(), modern.listTtl());
  }

  /**
   * Takes another configuration into service, while calls go on: see docs/operations.md, "Reload".
   * When it cannot be used, nothing changes, and everything that is wrong is logged. Returns when
   * new sessions are served by it; those that are open follow by themselves.
   *
   * @return what is in effect now
   */
  public GatewayConfig reload(ConfigSource source) {
    try {
      return reloads.reload(
          () -> {
            GatewayConfig read = source.read();
            checkApart(read, objects);
            if (read.tls() != null) {
              ListenerTls.check(read.tls());
            }
            return read;
          });
    } finally {
      journal.open(config.accessLog()); // in effect now: its file may have been moved away
    }
  }

  private void inEffect(GatewayConfig next) {
    config = next;
    ledger.limits(limits(next));
    headroom.keepFree(next.limits().headroom().fraction());
    var listen = new InetSocketAddress(next.listen().host(), next.listen().port());
    admission = new Admission(listen, next.allowedHosts(), next.allowedOrigins());
    access = accessRules.of(next);
    if (tls != null && next.tls() != null) {
      tls.use(next.tls());
    }
    listener.review();
  }

  private void reroute(GatewayConfig now) {
    sessions.endUnless((caller, path) -> access.most(caller).hasRoute(path));
    sessions.reroute(now.reloadGrace(), now.drainTimeout());
  }

  private Map<String, HttpExchange.Handler> pages(
      PrometheusMeterRegistry meters, ReloadHistory history, Clock clock) {
    return Map.of(
        "/livez",
        HealthPages.live(),
        "/readyz",
        HealthPages.ready(() -> !draining, this::missing),
        "/healthz",
        health(history),
        "/metrics",
        new MetricsPage(meters, upstreams::look),
        "/api/v1/status",
        status(history, clock));
  }

  private HttpExchange.Handler health(ReloadHistory history) {
    return new HealthReport(
        upstreams::states,
        this::demands,
        this::missing,
        accessRules::problems,
        ledger,
        history,
        () -> !draining);
  }

  /** What it cannot do without. */
  private List<String> missing() {
    return Stream.concat(required.missing().stream(), accessRules.missing().stream()).toList();
  }

  private Demands demands(UpstreamState state) {
    UpstreamConfig configured = config.upstreams().get(state.upstream().name());
    return state.retired() || configured == null
        ? Demands.NONE
        : new Demands(configured.required(), configured.warnConnections());
  }

  private HttpExchange.Handler status(ReloadHistory history, Clock clock) {
    return new StatusPage(
        this::routes, upstreams::states, sessions, ledgerView(), history, () -> !draining, clock);
  }

  private LedgerView ledgerView() {
    return new LedgerView(
        ledger, upstreams::upstreams, this::connections, this::connectionsWithoutPool);
  }

  private Observed observed(Clock clock) {
    return new Observed(
        upstreams::works, this::demands, sessions, ledger, ledgerView(), () -> !draining, clock);
  }

  private HttpServer serve(InetSocketAddress listen, HttpListener listener, Observed observed)
      throws IOException {
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
                  WRITE_TIMEOUT,
                  tls),
              listener);
      started = http;
      sockets.start(
          config,
          routes(),
          channels,
          () -> http.connections() + sockets.connections() < mostClients(),
          HEAD_TIMEOUT,
          WRITE_TIMEOUT);
      admin.start(config.admin(), () -> this.config, () -> access, observed);
      serving = true;
      return http;
    } finally {
      if (!serving) {
        if (started != null) {
          started.close();
        }
        sockets.close();
        required.close();
        accessRules.close();
        reaper.close();
        streamableHttp.close();
        httpSse.close();
        upstreams.close();
        headroom.close();
        journal.close();
      }
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.address();
  }

  /** Where the admin listener is; null where there is none. */
  public @Nullable InetSocketAddress adminAddress() {
    return admin.address();
  }

  /** The sockets that it listens on beside, and the paths of the routes that they lead to. */
  public SequencedMap<String, String> sockets() {
    return sockets.places();
  }

  /** Serves one client that did not come to the listener, until it has left or this ends. */
  public void serve(ClientChannel client, String path) throws InterruptedException {
    channels.serve(client, new Entrance(path, Identity.OWNER, "stdio"), Duration.ZERO);
  }

  /** The paths that it serves, in order. */
  public List<Route> routes() {
    return reloads.router().routes();
  }

  /**
   * Lets no new call begin, waits until those in flight have finished or the time is up, then ends
   * everything, and logs what was still running.
   */
  public void drainAndClose(Duration deadline) throws InterruptedException {
    draining = true;
    reloads.close();
    streamableHttp.drain();
    channels.drain();
    var report = new ShutdownReport(upstreams.upstreams());
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
    reloads.close();
    streamableHttp.drain();
    channels.drain();
    required.close();
    accessRules.close();
    reaper.close();
    admin.close();
    server.stopAccepting();
    sockets.stopAccepting();
    int ended = 0;
    try {
      ended = sessions.endAll(END_BOUND);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    upstreams.close();
    streamableHttp.close();
    channels.close();
    httpSse.close();
    sockets.close();
    server.close();
    headroom.close();
    journal.close();
    return ended;
  }
}
