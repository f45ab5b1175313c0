package dev.weir.gateway.admin;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.weir.gateway.route.Route;
import dev.weir.gateway.session.ClientSession;
import dev.weir.gateway.session.SessionRegistry;
import dev.weir.gateway.upstream.Endpoint;
import dev.weir.gateway.upstream.Evidence;
import dev.weir.gateway.upstream.IsolationState;
import dev.weir.gateway.upstream.Upstream;
import dev.weir.gateway.upstream.UpstreamSession;
import dev.weir.gateway.upstream.UpstreamStats;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.ProtocolVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /api/v1/status}: what is open, where, and since when, as JSON. Shows no session id whole:
 * an id is its client's secret.
 */
public final class StatusPage implements HttpExchange.Handler {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int SHOWN = 6;

  private final Supplier<List<Route>> routes;
  private final Supplier<List<UpstreamState>> upstreams;
  private final SessionRegistry sessions;
  private final LedgerView ledger;
  private final ReloadHistory reloads;
  private final BooleanSupplier accepting;
  private final Clock clock;
  private final Instant started;

  public StatusPage(
      Supplier<List<Route>> routes,
      Supplier<List<UpstreamState>> upstreams,
      SessionRegistry sessions,
      LedgerView ledger,
      ReloadHistory reloads,
      BooleanSupplier accepting,
      Clock clock) {
    this.routes = routes;
    this.upstreams = upstreams;
    this.sessions = sessions;
    this.ledger = ledger;
    this.reloads = reloads;
    this.accepting = accepting;
    this.clock = clock;
    this.started = clock.instant();
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    exchange.respond(
        200,
        Map.of("Content-Type", "application/json", "Cache-Control", "no-store"),
        status().toPrettyString().getBytes(StandardCharsets.UTF_8));
  }

  private ObjectNode status() {
    ObjectNode status = JSON.createObjectNode();
    status.put("state", accepting.getAsBoolean() ? "serving" : "draining");
    status.put("started", started.toString());
    status.put("uptime", Duration.between(started, clock.instant()).toString());
    status.put("requestsInFlight", sessions.inFlight());
    reloads.describe(status.putObject("configuration"));
    ledger.describe(status.putObject("ledger"));
    ArrayNode paths = status.putArray("routes");
    for (Route route : routes.get()) {
      paths.addObject().put("path", route.path()).put("upstreams", route.description());
    }
    ArrayNode behind = status.putArray("upstreams");
    upstreams.get().forEach(upstream -> describe(upstream, behind.addObject()));
    ArrayNode clients = status.putArray("sessions");
    sessions.sessions().forEach(session -> describe(session, clients.addObject()));
    return status;
  }

  private void describe(UpstreamState state, ObjectNode to) {
    Upstream upstream = state.upstream();
    to.put("name", upstream.name());
    to.put("state", state.retired() ? "retired" : "served");
    to.put("transport", upstream.kind());
    to.put("requestsInFlight", upstream.stats().inFlight());
    to.put("sessionsOpen", upstream.sessionCount());
    ledger.describe(state, to);
    describe(state.isolation(), to.putObject("isolation"));
    // Most sessions of an HTTP upstream look the same; each process has an id of its own.
    ArrayNode open = to.putArray("sessions");
    upstream.sessions().stream()
        .collect(groupingBy(UpstreamSession::describe, TreeMap::new, counting()))
        .forEach((what, count) -> open.addObject().put("what", what).put("count", count));
    if (!upstream.endpoints().isEmpty()) {
      ArrayNode endpoints = to.putArray("endpoints");
      upstream.endpoints().forEach(endpoint -> describe(endpoint, endpoints.addObject()));
    }
    describe(upstream.stats().lastFailure(), to);
  }

  private static void describe(Endpoint endpoint, ObjectNode to) {
    to.put("place", endpoint.place());
    to.put("state", endpoint.health().word());
    Instant until = endpoint.ejectedUntil();
    if (until != null) {
      to.put("until", until.toString());
    }
    to.put("failuresInARow", endpoint.failures());
    to.put("sessionsOpen", endpoint.sessions());
    to.put("requestsInFlight", endpoint.calls());
    describe(endpoint.lastFailure(), to);
  }

  static void describe(UpstreamStats.@Nullable Failure failure, ObjectNode to) {
    if (failure != null) {
      to.putObject("lastFailure")
          .put("at", failure.at().toString())
          .put("message", failure.message());
    }
  }

  private static void describe(IsolationState isolation, ObjectNode to) {
    to.put("configured", isolation.configured().word());
    to.put("effective", isolation.effective().word());
    IsolationState.Downgrade downgrade = isolation.downgrade();
    if (downgrade != null) {
      to.putObject("downgraded")
          .put("at", downgrade.at().toString())
          .put("because", downgrade.because().words());
    }
    Evidence.Seen seen = isolation.evidence().seen();
    ObjectNode evidence = to.putObject("evidence");
    evidence.put("sessions", seen.sessions());
    evidence.put("sessionsWithId", seen.sessionsWithId());
    evidence.put("initializeCompared", seen.initializeCompared());
    evidence.put("toolListsCompared", seen.toolListsCompared());
    evidence.put("questions", seen.questions());
    evidence.put("subscriptions", seen.subscriptions());
    ArrayNode against = evidence.putArray("against");
    seen.against()
        .forEach(
            (sign, times) -> against.addObject().put("sign", sign.words()).put("times", times));
  }

  private static void describe(ClientSession session, ObjectNode to) {
    ProtocolVersion version = session.version();
    to.put("id", session.id().substring(0, SHOWN) + "…");
    to.put("route", session.path());
    to.put("created", session.created().toString());
    to.put("idle", Duration.ofNanos(session.idleNanos()).truncatedTo(ChronoUnit.MILLIS).toString());
    to.put("requestsInFlight", session.inFlight());
    to.put("droppedMessages", session.droppedMessages());
    to.put("protocolVersion", version == null ? null : version.wire());
  }
}
