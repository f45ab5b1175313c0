package dev.weir.gateway;

import dev.weir.gateway.admin.UpstreamUse;
import dev.weir.gateway.call.Isolation;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.Secret;
import dev.weir.gateway.config.SessionStandbyConfig;
import dev.weir.gateway.config.SharingConfig;
import dev.weir.gateway.config.StandbyConfig;
import dev.weir.gateway.config.UpstreamConfig;
import dev.weir.gateway.demo.DemoServer;
import dev.weir.gateway.lease.Sharing;
import dev.weir.gateway.lease.SharingBounds;
import dev.weir.gateway.lease.SpawnGovernor;
import dev.weir.gateway.lease.Standby;
import dev.weir.gateway.lease.StandbyBounds;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.upstream.IsolationState;
import dev.weir.gateway.upstream.Upstream;
import dev.weir.gateway.upstream.UpstreamStats;
import dev.weir.mcp.InProcessServer;
import dev.weir.mcp.SocketUpstreamOptions;
import dev.weir.mcp.StdioOptions;
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.tcp.Address;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Room 5, furnished: an upstream for each entry of the configuration, on the wire that it names.
 */
final class Upstreams implements AutoCloseable {
  private static final String DEMO = "demo";
  private static final String STDIO = "stdio";
  private static final String TCP = "tcp";
  private static final String UNIX = "unix";

  private final Map<String, Upstream> byName = new LinkedHashMap<>();
  private final List<Standby> standby = new ArrayList<>();
  private final Map<String, RemoteServer> servers = new LinkedHashMap<>();
  private final List<Sharing> sharing = new ArrayList<>();

  /** How long clients may do nothing before their sessions are parked, where they may be. */
  static Map<String, Duration> parkAfter(GatewayConfig config) {
    Map<String, Duration> after = new LinkedHashMap<>();
    config
        .upstreams()
        .forEach(
            (name, upstream) -> {
              if (upstream.parkAfter().isPositive()) {
                after.put(name, upstream.parkAfter());
              }
            });
    return after;
  }

  /**
   * @param objects further ones, by name; without these and without any in the configuration, there
   *     is the demonstration server
   */
  Upstreams(
      GatewayConfig config,
      Map<String, InProcessServer> objects,
      Ledger ledger,
      MeterRegistry meters,
      Clock clock) {
    var governor = SpawnGovernor.ofThisMachine();
    config
        .upstreams()
        .forEach(
            (name, upstream) -> {
              switch (upstream) {
                case UpstreamConfig.Process process -> {
                  add(name, STDIO, stdio(name, process, config), meters, clock);
                  prepare(name, process, config, governor, ledger, meters);
                }
                case UpstreamConfig.Remote remote -> {
                  addRemote(name, remote, config, meters, clock);
                  Duration wire = remote.connectTimeout().plus(remote.responseTimeout());
                  prepare(name, remote.sessionStandby(), wire, config, ledger, meters);
                }
                case UpstreamConfig.Socket socket -> {
                  add(name, kind(socket), socket(name, socket, config), meters, clock);
                  Duration wire = socket.connectTimeout().plus(socket.responseTimeout());
                  prepare(name, socket.sessionStandby(), wire, config, ledger, meters);
                }
              }
              share(name, upstream.isolation(), upstream.sharing(), config, meters, clock);
              Gauge.builder("weir.upstream.parked", () -> ledger.parked(name))
                  .description("Client sessions whose upstream session is parked")
                  .tag("upstream", name)
                  .register(meters);
            });
    boolean isDemo = config.upstreams().isEmpty() && objects.isEmpty();
    (isDemo ? Map.<String, InProcessServer>of(DEMO, new DemoServer()) : objects)
        .forEach(
            (name, server) -> {
              add(name, "in-process", Transports.inProcess(name, server), meters, clock);
              share(name, Isolation.DEDICATED, SharingConfig.defaults(), config, meters, clock);
            });
  }

  private static UpstreamConnector stdio(
      String name, UpstreamConfig.Process process, GatewayConfig config) {
    var options =
        new StdioOptions(
            name,
            process.command(),
            revealed(process.environment()),
            process.directory(),
            config.limits().message().bytes(),
            process.stopGrace());
    return new InSessions(
        Transports.eitherEra(name, Transports.stdio(options), RemoteServer.only(process.era())));
  }

  private static UpstreamConnector socket(
      String name, UpstreamConfig.Socket socket, GatewayConfig config) {
    var options =
        new SocketUpstreamOptions(
            name,
            socket.address().address(),
            Math.toIntExact(config.limits().message().bytes()),
            socket.connectTimeout(),
            socket.responseTimeout());
    return Transports.eitherEra(name, Transports.tcp(options), RemoteServer.only(socket.era()));
  }

  private static String kind(UpstreamConfig.Socket socket) {
    return socket.address().address() instanceof Address.Unix ? UNIX : TCP;
  }

  private void prepare(
      String name,
      UpstreamConfig.Process process,
      GatewayConfig config,
      SpawnGovernor governor,
      Ledger ledger,
      MeterRegistry meters) {
    var ready =
        Standby.ofProcesses(
            upstream(name),
            bounds(process.standby()),
            process.startTimeout(),
            governor,
            config.sessions().max(),
            ledger,
            meters);
    standby.add(ready);
    Gauge.builder("weir.upstream.memory", () -> processes(name) * upstream(name).memoryEach())
        .description("What the processes of an upstream have resident, by the mean of some")
        .tag("upstream", name)
        .baseUnit("bytes")
        .register(meters);
  }

  /** However few may share with each other, there is an upstream session for each client. */
  private void prepare(
      String name,
      SessionStandbyConfig ready,
      Duration wire,
      GatewayConfig config,
      Ledger ledger,
      MeterRegistry meters) {
    if (ready.max() == 0) {
      return;
    }
    standby.add(
        Standby.ofSessions(
            upstream(name),
            new StandbyBounds(
                ready.min(), ready.max(), Long.MAX_VALUE, ready.idleTimeout(), ready.maxLifetime()),
            wire.multipliedBy(2),
            config.sessions().max(),
            ledger,
            meters));
  }

  private void share(
      String name,
      Isolation isolation,
      SharingConfig how,
      GatewayConfig config,
      MeterRegistry meters,
      Clock clock) {
    sharing.add(
        new Sharing(
            new IsolationState(name, isolation, meters, clock),
            new SharingBounds(
                config.sessions().max(), how.clients(), how.calls(), how.idleTimeout())));
  }

  private static StandbyBounds bounds(StandbyConfig standby) {
    return new StandbyBounds(
        standby.min(),
        standby.max(),
        standby.memory().bytes(),
        standby.idleTimeout(),
        Duration.ZERO);
  }

  private void addRemote(
      String name,
      UpstreamConfig.Remote remote,
      GatewayConfig config,
      MeterRegistry meters,
      Clock clock) {
    var server =
        new RemoteServer(
            name,
            remote,
            Math.toIntExact(config.limits().message().bytes()),
            revealed(remote.headers()),
            meters,
            clock);
    servers.put(name, server);
    var stats = new UpstreamStats(name, meters, clock);
    add(new Upstream(name, "http", server.endpoints(), stats), meters);
  }

  private static Map<String, String> revealed(Map<String, Secret> secrets) {
    Map<String, String> revealed = new LinkedHashMap<>();
    secrets.forEach((name, secret) -> revealed.put(name, secret.reveal()));
    return revealed;
  }

  private void add(
      String name, String kind, UpstreamConnector connector, MeterRegistry meters, Clock clock) {
    add(new Upstream(name, kind, connector, new UpstreamStats(name, meters, clock)), meters);
  }

  private void add(Upstream upstream, MeterRegistry meters) {
    byName.put(upstream.name(), upstream);
    Gauge.builder("weir.upstream.sessions", upstream, Upstream::sessionCount)
        .description("Upstream sessions that are open")
        .tag("upstream", upstream.name())
        .tag("transport", upstream.kind())
        .register(meters);
  }

  /** Takes the numbers of all sockets; until the next time, the meters show these. */
  void look() {
    servers.values().forEach(RemoteServer::look);
  }

  /** Open sockets to all upstreams, streams included. */
  int sockets() {
    int pooled = servers.values().stream().mapToInt(RemoteServer::sockets).sum();
    return pooled + byName.keySet().stream().mapToInt(this::ownSockets).sum();
  }

  /**
   * What those sockets would be if each upstream session had one of its own: streams need theirs
   * either way.
   */
  int socketsWithoutPool() {
    int pooled =
        servers.entrySet().stream()
            .mapToInt(entry -> upstream(entry.getKey()).sessionCount() + entry.getValue().streams())
            .sum();
    return pooled + byName.keySet().stream().mapToInt(this::ownSockets).sum();
  }

  /** What this upstream takes of the machine now. */
  UpstreamUse use(String name) {
    RemoteServer server = servers.get(name);
    int processes = processes(name);
    return new UpstreamUse(
        processes,
        server == null ? ownSockets(name) : server.sockets(),
        server == null ? 0 : server.streams(),
        processes * upstream(name).memoryEach());
  }

  private int processes(String name) {
    return upstream(name).kind().equals(STDIO) ? sessions(name) : 0;
  }

  /** Of an upstream where each session is a socket. */
  private int ownSockets(String name) {
    String kind = upstream(name).kind();
    return kind.equals(TCP) || kind.equals(UNIX) ? sessions(name) : 0;
  }

  /** Those included that are ready and serve nobody yet. */
  private int sessions(String name) {
    return upstream(name).sessionCount()
        + standby.stream()
            .filter(ready -> ready.name().equals(name))
            .mapToInt(Standby::ready)
            .sum();
  }

  private Upstream upstream(String name) {
    return Objects.requireNonNull(byName.get(name), name);
  }

  /** What is kept ready of those that are processes. */
  List<Standby> standby() {
    return List.copyOf(standby);
  }

  /** Who may share the sessions of each. */
  List<Sharing> sharing() {
    return List.copyOf(sharing);
  }

  /** The same, without how. */
  List<IsolationState> isolation() {
    return sharing.stream().map(Sharing::state).toList();
  }

  List<Upstream> all() {
    return List.copyOf(byName.values());
  }

  @Override
  public void close() {
    byName.values().forEach(Upstream::close);
    servers.values().forEach(RemoteServer::close);
  }
}
