package dev.weir.gateway.admin.dashboard;

import dev.weir.gateway.admin.UpstreamHealth;
import dev.weir.gateway.admin.UpstreamState;
import dev.weir.gateway.session.ClientSession;
import dev.weir.gateway.upstream.Upstream;
import dev.weir.gateway.upstream.UpstreamStats;
import dev.weir.mcp.ProtocolVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the dashboard shows, as JSON. Sessions go by their public names: an id is its client's
 * secret. What servers and clients have said is in it as they said it, so it is text for the page,
 * never markup. Lists are bounded; {@code more} says how many are left out. Thread-safe.
 */
final class Views {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST = 200;
  private static final String SINCE = "since=";

  private final Observed observed;
  private final History history;
  private final PoolsView poolsView;
  private final Instant started;

  Views(Observed observed, History history) {
    this.observed = observed;
    this.history = history;
    this.poolsView = new PoolsView(observed.sessions());
    this.started = observed.clock().instant();
  }

  /**
   * A view.
   *
   * @param path behind {@code /admin/api/}
   */
  ObjectNode view(String path, @Nullable String query) throws RefusedException {
    String[] parts = path.split("/", -1);
    String kind = parts[0];
    if (path.equals("overview")) {
      return overview();
    }
    if (path.equals("sessions")) {
      return sessions();
    }
    if (kind.equals("sessions") && parts.length == 2) {
      return session(parts[1]);
    }
    if (kind.equals("upstreams") && parts.length == 2) {
      return upstream(find(observed.upstreams().get(), parts[1]));
    }
    if (kind.equals("upstreams") && parts.length == 3 && parts[2].equals("history")) {
      return history(find(observed.upstreams().get(), parts[1]), since(query));
    }
    throw RefusedException.unknown("nothing to see at " + path);
  }

  /** The upstream of this name; of several that which is served. */
  static UpstreamControls find(List<? extends UpstreamControls> all, String name)
      throws RefusedException {
    for (UpstreamControls controls : all) {
      if (controls.state().upstream().name().equals(name)) {
        return controls;
      }
    }
    throw RefusedException.unknown("no upstream \"" + name + "\" here, or none any more");
  }

  private static long since(@Nullable String query) throws RefusedException {
    if (query == null) {
      return 0;
    }
    try {
      return query.startsWith(SINCE) ? Long.parseLong(query.substring(SINCE.length())) : 0;
    } catch (NumberFormatException e) {
      throw RefusedException.malformed("since is a time in milliseconds since the epoch");
    }
  }

  private ObjectNode overview() {
    ObjectNode view = JSON.createObjectNode();
    view.put("at", observed.clock().millis());
    view.put("state", observed.accepting().getAsBoolean() ? "serving" : "draining");
    view.put("started", started.toEpochMilli());
    view.put("requestsInFlight", observed.sessions().inFlight());
    view.putObject("sessions")
        .put("open", observed.ledger().sessions())
        .put("max", observed.ledger().limits().sessions());
    String scarce = observed.ledger().scarce();
    if (scarce != null) {
      view.put("scarce", scarce);
    }
    observed.ledgerView().describe(view.putObject("ledger"));
    ArrayNode upstreams = view.putArray("upstreams");
    observed.upstreams().get().forEach(each -> row(each, upstreams.addObject()));
    return view;
  }

  /** An upstream at a glance. */
  private void row(UpstreamControls controls, ObjectNode to) {
    UpstreamState state = controls.state();
    Upstream upstream = state.upstream();
    UpstreamHealth health = UpstreamHealth.of(state, observed.demands().apply(state));
    to.put("name", upstream.name());
    to.put("transport", upstream.kind());
    to.put("state", state.retired() ? "retired" : state.drained() ? "drained" : "served");
    to.put("status", health.status().word());
    health.reasons().forEach(to.putArray("reasons")::add);
    UpstreamControls.Connections connections = controls.connections();
    to.putObject("connections")
        .put("inUse", connections.inUse())
        .put("idle", connections.idle())
        .put("opening", connections.opening())
        .put("waiting", connections.waiting())
        .put("max", connections.max());
    to.put("sessions", controls.clients().size());
    to.put("requestsInFlight", upstream.stats().inFlight());
    to.put("ready", controls.ready());
    to.put("breakers", state.breakers());
    UpstreamHistory.Lately lately = history.of(upstream).lastMinute();
    ObjectNode minute = to.putObject("lastMinute");
    minute.put("rate", lately.rate()).put("failed", lately.failed());
    put(minute, "p50", lately.p50());
    put(minute, "p95", lately.p95());
    put(minute, "p99", lately.p99());
  }

  /** JSON knows no NaN. */
  private static void put(ObjectNode to, String name, double number) {
    if (Double.isNaN(number)) {
      to.putNull(name);
    } else {
      to.put(name, number);
    }
  }

  private ObjectNode upstream(UpstreamControls controls) {
    ObjectNode view = JSON.createObjectNode();
    UpstreamState state = controls.state();
    Upstream upstream = state.upstream();
    row(controls, view);
    view.put("at", observed.clock().millis());
    ArrayNode actions = view.putArray("actions");
    controls.actions().forEach(action -> actions.add(action.word()));
    ObjectNode sizes = view.putObject("sizes");
    controls
        .sizes()
        .forEach(
            (stock, bounds) ->
                sizes.putObject(stock.word()).put("min", bounds.min()).put("max", bounds.max()));
    view.putObject("isolation")
        .put("configured", state.isolation().configured().word())
        .put("effective", state.isolation().effective().word());
    view.putObject("use")
        .put("processes", state.use().processes())
        .put("sockets", state.use().sockets())
        .put("streams", state.use().streams())
        .put("memory", state.use().memory())
        .put("parked", observed.ledger().parked(upstream.name()));
    ArrayNode endpoints = view.putArray("endpoints");
    upstream
        .endpoints()
        .forEach(
            endpoint ->
                endpoints
                    .addObject()
                    .put("place", endpoint.place())
                    .put("state", endpoint.health().word())
                    .put("sessions", endpoint.sessions())
                    .put("requestsInFlight", endpoint.calls()));
    UpstreamStats.Failure failure = upstream.stats().lastFailure();
    if (failure != null) {
      view.putObject("lastFailure")
          .put("at", failure.at().toEpochMilli())
          .put("message", failure.message());
    }
    poolsView.pools(controls, view);
    poolsView.upstreamSessions(upstream, view, MOST);
    Set<String> names = controls.clients();
    sessions(
        observed.sessions().sessions().stream()
            .filter(session -> names.contains(session.name()))
            .toList(),
        view);
    return view;
  }

  private ObjectNode history(UpstreamControls controls, long since) {
    ObjectNode view = JSON.createObjectNode();
    view.put("step", UpstreamHistory.STEP.toMillis());
    ArrayNode at = view.putArray("at");
    ArrayNode inUse = view.putArray("inUse");
    ArrayNode idle = view.putArray("idle");
    ArrayNode waiting = view.putArray("waiting");
    ArrayNode sessions = view.putArray("sessions");
    ArrayNode rate = view.putArray("rate");
    ArrayNode failed = view.putArray("failed");
    ArrayNode p50 = view.putArray("p50");
    ArrayNode p95 = view.putArray("p95");
    ArrayNode p99 = view.putArray("p99");
    for (UpstreamHistory.Point point : history.of(controls.state().upstream()).after(since)) {
      at.add(point.at());
      inUse.add(point.inUse());
      idle.add(point.idle());
      waiting.add(point.waiting());
      sessions.add(point.sessions());
      rate.add(point.lately().rate());
      failed.add(point.lately().failed());
      add(p50, point.lately().p50());
      add(p95, point.lately().p95());
      add(p99, point.lately().p99());
    }
    return view;
  }

  private static void add(ArrayNode to, double number) {
    if (Double.isNaN(number)) {
      to.addNull();
    } else {
      to.add(number);
    }
  }

  private ObjectNode sessions() {
    ObjectNode view = JSON.createObjectNode().put("at", observed.clock().millis());
    sessions(observed.sessions().sessions(), view);
    return view;
  }

  /** The newest first, so that a list that is looked at again has not changed places. */
  private static void sessions(Collection<ClientSession> sessions, ObjectNode to) {
    ArrayNode list = to.putArray("clientSessions");
    sessions.stream()
        .sorted(Comparator.comparing(ClientSession::created).reversed())
        .limit(MOST)
        .forEach(session -> row(session, list.addObject()));
    to.put("moreClientSessions", Math.max(0, sessions.size() - MOST));
  }

  private static void row(ClientSession session, ObjectNode to) {
    ProtocolVersion version = session.version();
    to.put("name", session.name());
    to.put("identity", session.identity().subject());
    to.put("route", session.path());
    to.put("created", session.created().toEpochMilli());
    to.put("idle", Duration.ofNanos(session.idleNanos()).toMillis());
    to.put("requestsInFlight", session.inFlight());
    to.put("protocolVersion", version == null ? null : version.wire());
  }

  private ObjectNode session(String name) throws RefusedException {
    ClientSession session = observed.sessions().named(name);
    if (session == null) {
      throw RefusedException.unknown("no session " + name + " here: it has ended, or never was");
    }
    ObjectNode view = JSON.createObjectNode();
    row(session, view);
    view.put("at", observed.clock().millis());
    view.put("listens", session.isListening());
    view.put("droppedMessages", session.droppedMessages());
    ArrayNode calls = view.putArray("calls");
    session.calls().stream()
        .limit(MOST)
        .forEach(
            call ->
                calls
                    .addObject()
                    .put("method", shortened(call.method()))
                    .put("age", call.age().toMillis()));
    ArrayNode upstreams = view.putArray("upstreams");
    for (UpstreamControls controls : observed.upstreams().get()) {
      if (controls.clients().contains(name)) {
        Upstream upstream = controls.state().upstream();
        ObjectNode on = upstreams.addObject();
        on.put("name", upstream.name()).put("transport", upstream.kind());
        poolsView.upstreamSessions(upstream, on, name, MOST);
      }
    }
    return view;
  }

  private static String shortened(String method) {
    int most = 80;
    return method.length() <= most ? method : method.substring(0, most) + "…";
  }
}
