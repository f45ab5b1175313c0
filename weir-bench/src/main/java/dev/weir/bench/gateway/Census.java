package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.GatewayProgram;
import dev.weir.bench.gateway.contender.Site;
import dev.weir.bench.gateway.process.ProcTree;
import dev.weir.bench.gateway.wire.HttpConnection;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What there was at one moment, or the most of several.
 *
 * @param clientSessions as the gateway counts them
 * @param upstreamSessions likewise, of all upstreams
 * @param standby processes kept ready, likewise
 * @param httpSessions as the HTTP server counts them
 * @param processes that run behind the gateway, as the machine counts them
 * @param sockets that the gateway has open, what it listens on included
 * @param pipes ends of pipes that it has open
 * @param descriptors all that it has open
 * @param resident its resident memory
 */
record Census(
    double clientSessions,
    double upstreamSessions,
    double standby,
    double httpSessions,
    double processes,
    double sockets,
    double pipes,
    double descriptors,
    double resident) {

  /** Looks around. The connections that this takes are closed again, but may still be counted. */
  static Census take(GatewayProgram gateway, String serverMark, Site.HttpServer server)
      throws IOException {
    ProcessHandle process = gateway.program().handle();
    var open = ProcTree.descriptors(process.pid());
    return new Census(
        gateway.sum("weir_sessions"),
        gateway.sum("weir_upstream_sessions"),
        gateway.sum("weir_upstream_standby"),
        Double.parseDouble(HttpConnection.get(server.endpoint().resolve("/sessions"))),
        ProcTree.marked(serverMark).size(),
        open.sockets(),
        open.pipes(),
        open.all(),
        ProcTree.resident(List.of(process)));
  }

  /** Nothing but what there was before. */
  boolean isBackTo(Census before) {
    return leftSince(before).isEmpty();
  }

  /** What there is more of than there was before, or at all where there must be nothing. */
  Map<String, Double> leftSince(Census before) {
    Map<String, Double> left = new LinkedHashMap<>();
    put(left, "client sessions", clientSessions);
    put(left, "upstream sessions", upstreamSessions);
    put(left, "processes kept ready", standby);
    put(left, "sessions of the HTTP server", httpSessions);
    put(left, "processes", processes);
    put(left, "sockets", sockets - before.sockets);
    put(left, "pipes", pipes - before.pipes);
    return left;
  }

  private static void put(Map<String, Double> left, String what, double count) {
    if (count > 0) {
      left.put(what, count);
    }
  }

  /** The most of each. */
  Census max(Census other) {
    return new Census(
        Math.max(clientSessions, other.clientSessions),
        Math.max(upstreamSessions, other.upstreamSessions),
        Math.max(standby, other.standby),
        Math.max(httpSessions, other.httpSessions),
        Math.max(processes, other.processes),
        Math.max(sockets, other.sockets),
        Math.max(pipes, other.pipes),
        Math.max(descriptors, other.descriptors),
        Math.max(resident, other.resident));
  }

  /** By name, in the order of a page. */
  Map<String, Double> counts() {
    Map<String, Double> counts = new LinkedHashMap<>();
    counts.put("client sessions", clientSessions);
    counts.put("upstream sessions", upstreamSessions);
    counts.put("processes kept ready", standby);
    counts.put("sessions of the HTTP server", httpSessions);
    counts.put("processes", processes);
    counts.put("sockets", sockets);
    counts.put("pipes", pipes);
    counts.put("descriptors", descriptors);
    counts.put("resident memory, MiB", Math.rint(resident / (1 << 20)));
    return counts;
  }
}
