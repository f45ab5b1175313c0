package dev.weir.gateway.admin;

import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.upstream.Contact;
import dev.weir.mcp.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /healthz}: how the gateway and each upstream is, and why, as JSON. Tells what is known,
 * and asks nobody for it.
 *
 * <p>Down, and 503: it drains, lacks an upstream that it cannot do without, or reaches none of
 * those that it has. A warning: there is something else to be seen to. Who is on an upstream that
 * the configuration has no more is not the gateway's trouble.
 */
public final class HealthReport implements HttpExchange.Handler {
  private static final JsonMapper JSON = new JsonMapper();

  /** So much of the client sessions that may be open is much. */
  private static final double NEARLY_ALL = 0.9;

  private final Supplier<List<UpstreamState>> upstreams;
  private final Function<UpstreamState, Demands> demands;
  private final Supplier<List<String>> unready;
  private final Supplier<List<String>> worries;
  private final Ledger ledger;
  private final ReloadHistory reloads;
  private final BooleanSupplier accepting;

  /**
   * @param demands what the configuration has of an upstream now
   * @param unready what the gateway cannot do without and does not have, in a sentence each
   * @param worries what else is to be seen to, in a sentence each
   * @param accepting false from the moment on that the gateway drains
   */
  public HealthReport(
      Supplier<List<UpstreamState>> upstreams,
      Function<UpstreamState, Demands> demands,
      Supplier<List<String>> unready,
      Supplier<List<String>> worries,
      Ledger ledger,
      ReloadHistory reloads,
      BooleanSupplier accepting) {
    this.upstreams = upstreams;
    this.demands = demands;
    this.unready = unready;
    this.worries = worries;
    this.ledger = ledger;
    this.reloads = reloads;
    this.accepting = accepting;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    ObjectNode report = JSON.createObjectNode();
    HealthStatus status = describe(report);
    exchange.respond(
        status == HealthStatus.DOWN ? 503 : 200,
        Map.of("Content-Type", "application/json", "Cache-Control", "no-store"),
        report.toPrettyString().getBytes(StandardCharsets.UTF_8));
  }

  private HealthStatus describe(ObjectNode to) {
    List<String> reasons = new ArrayList<>();
    if (!accepting.getAsBoolean()) {
      reasons.add("draining");
    }
    reasons.addAll(unready.get());
    to.put("status", ""); // first of all, and known last
    ArrayNode why = to.putArray("reasons");
    ArrayNode behind = to.putArray("upstreams");
    List<String> warnings = new ArrayList<>();
    boolean anyServes = false;
    boolean anyServed = false;
    for (UpstreamState state : upstreams.get()) {
      UpstreamHealth health = UpstreamHealth.of(state, demands.apply(state));
      describe(state, health, behind.addObject());
      if (!state.retired()) {
        anyServed = true;
        anyServes |= health.status() != HealthStatus.DOWN;
        String name = "upstream \"" + state.upstream().name() + "\": ";
        health.reasons().forEach(reason -> warnings.add(name + reason));
      }
    }
    if (anyServed && !anyServes) {
      reasons.add("no upstream can be reached");
    }
    worries.get().stream().filter(worry -> !reasons.contains(worry)).forEach(warnings::add);
    List<String> scarce = scarce();
    describe(scarce, to.putObject("ledger").put("newSessions", word(ledger.isFull())));
    scarce.forEach(reason -> warnings.add("ledger: " + reason));
    String fault = reloads.fault();
    describe(fault == null ? List.of() : List.of(fault), to.putObject("configuration"));
    if (fault != null) {
      warnings.add("configuration: " + fault);
    }
    HealthStatus status =
        !reasons.isEmpty()
            ? HealthStatus.DOWN
            : warnings.isEmpty() ? HealthStatus.OK : HealthStatus.WARNING;
    to.put("status", status.word());
    reasons.forEach(why::add);
    warnings.forEach(why::add);
    return status;
  }

  private static String word(boolean full) {
    return full ? "refused" : "welcome";
  }

  private List<String> scarce() {
    List<String> reasons = new ArrayList<>();
    String resource = ledger.scarce();
    if (resource != null) {
      reasons.add(resource);
    }
    int max = ledger.limits().sessions();
    if (ledger.sessions() >= NEARLY_ALL * max) {
      reasons.add("%d sessions are open (sessions.max %d)".formatted(ledger.sessions(), max));
    }
    return reasons;
  }

  private static void describe(List<String> reasons, ObjectNode to) {
    to.put("status", (reasons.isEmpty() ? HealthStatus.OK : HealthStatus.WARNING).word());
    reasons.forEach(to.putArray("reasons")::add);
  }

  private void describe(UpstreamState state, UpstreamHealth health, ObjectNode to) {
    Contact contact = state.upstream().stats().contact();
    to.put("name", state.upstream().name());
    to.put("status", health.status().word());
    to.put("state", state.retired() ? "retired" : "served");
    to.put("contact", contact.state().name().toLowerCase(Locale.ROOT));
    to.put("since", contact.since().toString());
    to.put("required", demands.apply(state).required());
    to.put("connections", state.use().connections());
    health.reasons().forEach(to.putArray("reasons")::add);
    StatusPage.describe(state.upstream().stats().lastFailure(), to);
  }
}
