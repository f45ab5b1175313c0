package dev.weir.gateway.admin.dashboard;

import dev.weir.gateway.session.ClientSession;
import dev.weir.gateway.session.SessionRegistry;
import dev.weir.gateway.upstream.Upstream;
import dev.weir.gateway.upstream.UpstreamSession;
import dev.weir.pool.ConnectionInfo;
import dev.weir.pool.LeaseHolder;
import dev.weir.pool.PoolSnapshot;
import dev.weir.pool.PoolStats;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The connections of an upstream, and whose call is on each. A pool knows threads only; a call
 * keeps its thread from its session to the socket, so that tells whose it is. Thread-safe.
 */
final class PoolsView {
  private final SessionRegistry sessions;

  PoolsView(SessionRegistry sessions) {
    this.sessions = sessions;
  }

  /** Adds {@code pools}. */
  void pools(UpstreamControls controls, ObjectNode to) {
    ArrayNode list = to.putArray("pools");
    Map<String, PoolSnapshot> pools = controls.pools();
    Map<Long, String> byThread = pools.isEmpty() ? Map.of() : sessionsByThread();
    pools.forEach((origin, pool) -> pool(origin, pool, byThread, list.addObject()));
  }

  private Map<Long, String> sessionsByThread() {
    Map<Long, String> names = new HashMap<>();
    for (ClientSession session : sessions.sessions()) {
      session.calls().forEach(call -> names.put(call.thread(), session.name()));
    }
    return names;
  }

  private static void pool(
      String origin, PoolSnapshot pool, Map<Long, String> byThread, ObjectNode to) {
    PoolStats stats = pool.stats();
    to.put("origin", origin);
    to.put("inUse", stats.active());
    to.put("idle", stats.idle());
    to.put("opening", stats.opening());
    to.put("waiting", stats.pending());
    to.put("min", stats.minSize());
    to.put("max", stats.maxSize());
    to.put("breakerOpen", stats.endpointsDown() > 0);
    to.put("reuse", stats.reuseRatio());
    to.put("acquireP99", stats.acquireTime().p99().toNanos() / 1e6);
    to.put("whyNoMore", pool.whyNoMore());
    if (pool.lastFailedOpen() != null) {
      to.put("lastFailedOpen", pool.lastFailedOpen().toString());
    }
    Map<Long, LeaseHolder> holders = new HashMap<>();
    pool.holders().forEach(holder -> holders.put(holder.connection(), holder));
    ArrayNode connections = to.putArray("connections");
    pool.connections().stream()
        .sorted(Comparator.comparingLong(ConnectionInfo::id))
        .forEach(
            connection ->
                connection(
                    connection, holders.get(connection.id()), byThread, connections.addObject()));
    ArrayNode waiters = to.putArray("waiters");
    pool.waiters()
        .forEach(
            waiter ->
                waiters
                    .addObject()
                    .put("session", byThread.get(waiter.threadId()))
                    .put("waited", waiter.waited().toMillis()));
  }

  private static void connection(
      ConnectionInfo connection,
      @Nullable LeaseHolder holder,
      Map<Long, String> byThread,
      ObjectNode to) {
    to.put("id", connection.id());
    to.put("state", connection.state().name().toLowerCase(Locale.ROOT));
    to.put("created", connection.created().toEpochMilli());
    to.put("lastUsed", connection.lastUsed().toEpochMilli());
    to.put("uses", connection.uses());
    to.put("failures", connection.failures());
    Instant since = connection.leasedSince();
    to.put("leasedSince", since == null ? null : since.toEpochMilli());
    to.put("session", holder == null ? null : byThread.get(holder.threadId()));
  }

  /** Adds {@code upstreamSessions}, those that serve somebody. */
  void upstreamSessions(Upstream upstream, ObjectNode to, int most) {
    upstreamSessions(upstream.sessions(), to, most);
  }

  /** The same of those that serve this client session. */
  void upstreamSessions(Upstream upstream, ObjectNode to, String client, int most) {
    upstreamSessions(
        upstream.sessions().stream()
            .filter(session -> session.clients().contains(client))
            .collect(Collectors.toSet()),
        to,
        most);
  }

  private static void upstreamSessions(Set<UpstreamSession> all, ObjectNode to, int most) {
    ArrayNode list = to.putArray("upstreamSessions");
    all.stream()
        .sorted(Comparator.comparing(UpstreamSession::age).reversed())
        .limit(most)
        .forEach(session -> upstreamSession(session, list.addObject()));
    to.put("moreUpstreamSessions", Math.max(0, all.size() - most));
  }

  private static void upstreamSession(UpstreamSession session, ObjectNode to) {
    to.put("what", session.describe());
    to.put("age", session.age().toMillis());
    to.put("inUse", session.inUse().toMillis());
    to.put("requests", session.requests());
    to.put("requestsInFlight", session.inFlight());
    ArrayNode names = to.putArray("sessions");
    session.clients().stream().sorted().forEach(names::add);
  }
}
