package dev.weir.gateway.admin;

import dev.weir.gateway.upstream.Contact;
import dev.weir.gateway.upstream.Endpoint;
import dev.weir.gateway.upstream.Health;
import dev.weir.gateway.upstream.IsolationState;
import dev.weir.gateway.upstream.UpstreamStats;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How one upstream is, and all that there is to say against it, a sentence each.
 *
 * @param reasons empty when it is {@link HealthStatus#OK}
 */
public record UpstreamHealth(HealthStatus status, List<String> reasons) {
  /** One that ended may have been anybody's doing; those that follow are its own. */
  private static final int CRASH_LOOP = 2;

  public static UpstreamHealth of(UpstreamState state, Demands demands) {
    List<String> reasons = new ArrayList<>();
    Contact contact = state.upstream().stats().contact();
    boolean down = contact.state() == Contact.State.DOWN;
    if (down) {
      reasons.add("cannot be reached since " + contact.since() + ": " + contact.why());
    }
    if (state.drained()) {
      reasons.add("drained: it takes nobody new until it is resumed on the dashboard");
    }
    state.upstream().endpoints().stream()
        .filter(endpoint -> endpoint.health() != Health.HEALTHY)
        .forEach(endpoint -> reasons.add(ejected(endpoint)));
    if (state.breakers() > 0) {
      reasons.add(
          "breaker open: calls to %d of its origins are refused at once, since no socket could be opened"
              .formatted(state.breakers()));
    }
    if (state.deaths() >= CRASH_LOOP) {
      reasons.add(
          "standby: %d in a row ended before a client came, so fewer and fewer are started"
              .formatted(state.deaths()));
    }
    IsolationState.Downgrade downgrade = state.isolation().downgrade();
    if (downgrade != null) {
      reasons.add(
          "isolation shared is over since %s: %s"
              .formatted(downgrade.at(), downgrade.because().words()));
    }
    int connections = state.use().connections();
    if (demands.warnConnections() > 0 && connections > demands.warnConnections()) {
      reasons.add(
          "%d connections in use, more than %d (warn-connections)"
              .formatted(connections, demands.warnConnections()));
    }
    HealthStatus status =
        down ? HealthStatus.DOWN : reasons.isEmpty() ? HealthStatus.OK : HealthStatus.WARNING;
    return new UpstreamHealth(status, List.copyOf(reasons));
  }

  private static String ejected(Endpoint endpoint) {
    Instant until = endpoint.ejectedUntil();
    UpstreamStats.Failure last = endpoint.lastFailure();
    return "endpoint %s is %s%s%s"
        .formatted(
            endpoint.place(),
            endpoint.health().word(),
            until == null ? "" : " until " + until,
            last == null ? "" : ": " + last.message());
  }
}
