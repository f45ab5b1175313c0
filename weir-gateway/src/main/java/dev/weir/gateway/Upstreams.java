package dev.weir.gateway;

import dev.weir.gateway.admin.UpstreamState;
import dev.weir.gateway.call.Isolation;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.LiveOptions;
import dev.weir.gateway.config.SessionStandbyConfig;
import dev.weir.gateway.config.SharingConfig;
import dev.weir.gateway.config.StandbyConfig;
import dev.weir.gateway.config.UpstreamConfig;
import dev.weir.gateway.demo.DemoServer;
import dev.weir.gateway.lease.Leases;
import dev.weir.gateway.lease.ParkingKeeper;
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
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.tcp.Address;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Room 5, furnished: an upstream for each entry of the configuration, on the wire that it names,
 * and those that a configuration before had and that somebody still uses.
 *
 * <p>Thread-safe, but that one configuration is furnished at a time.
 */
final class Upstreams implements AutoCloseable {
  private static final String DEMO = "demo";
  private static final String UPSTREAM = "upstream";

  private final Map<String, InProcessServer> objects;
  private final Ledger ledger;
  private final MeterRegistry meters;
  private final Clock clock;
  private final SpawnGovernor governor = SpawnGovernor.ofThisMachine();
  private final Set<FurnishedUpstream> living = ConcurrentHashMap.newKeySet();
  private volatile List<FurnishedUpstream> served;

  /** What an upstream is made from. Objects of the program are equal if they are the same. */
  private record Recipe(String name, Object what, Object bounds) {}

  /**
   * Serves what the configuration has.
   *
   * @param objects further ones, by name; without these and without any in the configuration, there
   *     is the demonstration server
   */
  Upstreams(
      GatewayConfig config,
      Map<String, InProcessServer> objects,
      Ledger ledger,
      MeterRegistry meters,
      Clock clock) {
    this.objects = Collections.unmodifiableMap(new LinkedHashMap<>(objects));
    this.ledger = ledger;
    this.meters = meters;
    this.clock = clock;
    this.served = List.of();
    this.served = furnish(config);
  }

  /**
   * The upstreams of a configuration, each held once: those that are served already as they are to
   * be, and new ones for the others.
   */
  List<FurnishedUpstream> furnish(GatewayConfig config) {
    List<FurnishedUpstream> all = new ArrayList<>();
    boolean done = false;
    try {
      config.upstreams().forEach((name, upstream) -> all.add(furnish(name, upstream, config)));
      boolean isDemo = config.upstreams().isEmpty() && objects.isEmpty();
      (isDemo ? Map.<String, InProcessServer>of(DEMO, Demo.SERVER) : objects)
          .forEach((name, object) -> all.add(furnish(name, object, config)));
      done = true;
      return List.copyOf(all);
    } finally {
      if (!done) {
        all.forEach(FurnishedUpstream::release);
      }
    }
  }

  /** One for all, so that a reload finds it as it was. */
  private static final class Demo {
    static final InProcessServer SERVER = new DemoServer();
  }

  private FurnishedUpstream furnish(String name, UpstreamConfig upstream, GatewayConfig config) {
    var recipe = new Recipe(name, LiveOptions.fixed(upstream), config.limits().message());
    FurnishedUpstream same = served(recipe);
    if (same != null) {
      return same;
    }
    forgetGauges(name);
    return furnished(
        recipe,
        switch (upstream) {
          case UpstreamConfig.Process process -> process(name, process, config);
          case UpstreamConfig.Remote remote -> remote(name, remote, config);
          case UpstreamConfig.Socket socket -> socket(name, socket, config);
        },
        upstream.sharing(),
        upstream.parkAfter(),
        config);
  }

  private FurnishedUpstream furnish(String name, InProcessServer object, GatewayConfig config) {
    var recipe = new Recipe(name, object, "");
    FurnishedUpstream same = served(recipe);
    if (same != null) {
      return same;
    }
    forgetGauges(name);
    return furnished(
        recipe,
        new FurnishedUpstream.Parts(
            upstream(name, "in-process", Transports.inProcess(name, object)),
            null,
            null,
            new IsolationState(name, Isolation.DEDICATED, meters, clock)),
        SharingConfig.defaults(),
        Duration.ZERO,
        config);
  }

  /** The one that is served and made from just this, held once more; null when there is none. */
  private @Nullable FurnishedUpstream served(Recipe recipe) {
    return served.stream()
        .filter(upstream -> upstream.isMadeFrom(recipe) && upstream.tryHold())
        .findFirst()
        .orElse(null);
  }

  private FurnishedUpstream furnished(
      Recipe recipe,
      FurnishedUpstream.Parts parts,
      SharingConfig how,
      Duration parkAfter,
      GatewayConfig config) {
    var sharing =
        new Sharing(
            parts.isolation(),
            new SharingBounds(
                config.sessions().max(), how.clients(), how.calls(), how.idleTimeout()));
    var furnished =
        new FurnishedUpstream(
            recipe,
            parts,
            (of, holders) ->
                new Leases(
                    of.upstream(),
                    of.standby(),
                    sharing,
                    new ParkingKeeper(parkAfter),
                    ledger,
                    holders),
            this::closed);
    living.add(furnished);
    return furnished;
  }

  private FurnishedUpstream.Parts process(
      String name, UpstreamConfig.Process process, GatewayConfig config) {
    Upstream upstream =
        upstream(
            name,
            FurnishedUpstream.STDIO,
            new InSessions(ConfiguredWires.wire(name, process, config)));
    var ready =
        Standby.ofProcesses(
            upstream,
            bounds(process.standby()),
            process.startTimeout(),
            governor,
            config.sessions().max(),
            ledger,
            meters);
    Gauge.builder(
            "weir.upstream.memory",
            () -> (upstream.sessionCount() + ready.ready()) * upstream.memoryEach())
        .description("What the processes of an upstream have resident, by the mean of some")
        .tag(UPSTREAM, name)
        .baseUnit("bytes")
        .register(meters);
    return new FurnishedUpstream.Parts(upstream, null, ready, shared(name, process));
  }

  private FurnishedUpstream.Parts remote(
      String name, UpstreamConfig.Remote remote, GatewayConfig config) {
    RemoteServer server = ConfiguredWires.server(name, remote, config, meters, clock);
    var stats = new UpstreamStats(name, meters, clock);
    Upstream upstream = measured(new Upstream(name, "http", server.endpoints(), stats));
    Duration wire = remote.connectTimeout().plus(remote.responseTimeout());
    Standby ready = standby(upstream, remote.sessionStandby(), wire, config);
    return new FurnishedUpstream.Parts(upstream, server, ready, shared(name, remote));
  }

  private FurnishedUpstream.Parts socket(
      String name, UpstreamConfig.Socket socket, GatewayConfig config) {
    boolean isFile = socket.address().address() instanceof Address.Unix;
    Upstream upstream =
        upstream(
            name,
            isFile ? FurnishedUpstream.UNIX : FurnishedUpstream.TCP,
            ConfiguredWires.wire(name, socket, config));
    Duration wire = socket.connectTimeout().plus(socket.responseTimeout());
    Standby ready = standby(upstream, socket.sessionStandby(), wire, config);
    return new FurnishedUpstream.Parts(upstream, null, ready, shared(name, socket));
  }

  /** However few may share with each other, there is an upstream session for each client. */
  private @Nullable Standby standby(
      Upstream upstream, SessionStandbyConfig ready, Duration wire, GatewayConfig config) {
    return ready.max() == 0
        ? null
        : Standby.ofSessions(
            upstream,
            new StandbyBounds(
                ready.min(), ready.max(), Long.MAX_VALUE, ready.idleTimeout(), ready.maxLifetime()),
            wire.multipliedBy(2),
            config.sessions().max(),
            ledger,
            meters);
  }

  private IsolationState shared(String name, UpstreamConfig upstream) {
    Gauge.builder("weir.upstream.parked", () -> ledger.parked(name))
        .description("Client sessions whose upstream session is parked")
        .tag(UPSTREAM, name)
        .register(meters);
    return new IsolationState(name, upstream.isolation(), meters, clock);
  }

  private static StandbyBounds bounds(StandbyConfig standby) {
    return new StandbyBounds(
        standby.min(),
        standby.max(),
        standby.memory().bytes(),
        standby.idleTimeout(),
        Duration.ZERO);
  }

  private Upstream upstream(String name, String kind, UpstreamConnector connector) {
    return measured(new Upstream(name, kind, connector, new UpstreamStats(name, meters, clock)));
  }

  private Upstream measured(Upstream upstream) {
    Gauge.builder("weir.upstream.sessions", upstream, Upstream::sessionCount)
        .description("Upstream sessions that are open")
        .tag(UPSTREAM, upstream.name())
        .tag("transport", upstream.kind())
        .register(meters);
    Gauge.builder("weir.upstream.up", upstream, Upstreams::up)
        .description(
            "1 while an upstream answers, 0 while it cannot be reached; NaN until it is tried")
        .tag(UPSTREAM, upstream.name())
        .register(meters);
    return upstream;
  }

  private static double up(Upstream upstream) {
    return switch (upstream.stats().contact().state()) {
      case UNTRIED -> Double.NaN;
      case UP -> 1;
      case DOWN -> 0;
    };
  }

  /** A gauge shows what it was made for; the one that comes in its place is to show the new. */
  private void forgetGauges(String name) {
    for (Meter meter : meters.getMeters()) {
      boolean counts = meter instanceof Counter || meter instanceof Timer;
      if (name.equals(meter.getId().getTag(UPSTREAM)) && !counts) {
        meters.remove(meter);
      }
    }
  }

  /**
   * Serves these, which were furnished before; those that are not among them are retired.
   *
   * @param within when what is retired is closed at the latest
   */
  void serve(List<FurnishedUpstream> next, Duration within) {
    List<FurnishedUpstream> before = served;
    served = next;
    for (FurnishedUpstream upstream : before) {
      if (!next.contains(upstream)) {
        upstream.retire(within);
      }
    }
  }

  /** What is counted of an upstream goes with the last that has its name. */
  private void closed(FurnishedUpstream upstream) {
    living.remove(upstream);
    String name = upstream.name();
    if (living.stream().noneMatch(other -> other.name().equals(name))) {
      for (Meter meter : meters.getMeters()) {
        if (name.equals(meter.getId().getTag(UPSTREAM))) {
          meters.remove(meter);
        }
      }
    }
  }

  /** Those that are served, in order. */
  List<FurnishedUpstream> served() {
    return served;
  }

  /** Those that are served, in order, and those that others still use. */
  List<UpstreamState> states() {
    return all().stream().map(FurnishedUpstream::state).toList();
  }

  /** The same. */
  List<UpstreamWorks> works() {
    return all().stream().map(FurnishedUpstream::works).toList();
  }

  /** The same. */
  List<Upstream> upstreams() {
    return all().stream().map(FurnishedUpstream::upstream).toList();
  }

  private List<FurnishedUpstream> all() {
    List<FurnishedUpstream> all = new ArrayList<>(served);
    living.stream().filter(upstream -> !all.contains(upstream)).forEach(all::add);
    return all;
  }

  /** Those that no route leads to, and that somebody still uses. */
  int retired() {
    List<FurnishedUpstream> now = served;
    return (int) living.stream().filter(upstream -> !now.contains(upstream)).count();
  }

  /** What hands out the sessions of the one of this name that is served. */
  Leases leases(String name) {
    return served.stream()
        .filter(upstream -> upstream.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(Objects.requireNonNull(name)))
        .leases();
  }

  /** Takes the numbers of all sockets; until the next time, the meters show these. */
  void look() {
    living.forEach(FurnishedUpstream::look);
  }

  /** Open sockets to all upstreams, streams included. */
  int sockets() {
    return sum(FurnishedUpstream::sockets);
  }

  /** See {@link FurnishedUpstream#socketsWithoutPool}. */
  int socketsWithoutPool() {
    return sum(FurnishedUpstream::socketsWithoutPool);
  }

  private int sum(ToIntFunction<FurnishedUpstream> number) {
    return living.stream().mapToInt(number).sum();
  }

  /** Closes all at once: each may take a moment to end its processes. */
  @Override
  public void close() {
    List<Thread> closers =
        living.stream().map(upstream -> Thread.startVirtualThread(upstream::close)).toList();
    for (Thread closer : closers) {
      try {
        closer.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
