package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.Contenders;
import dev.weir.bench.gateway.contender.GatewayProgram;
import dev.weir.bench.gateway.contender.Site;
import dev.weir.bench.gateway.contender.Wire;
import dev.weir.bench.gateway.process.Program;
import dev.weir.bench.gateway.wire.HttpSession;
import dev.weir.bench.gateway.wire.LineSession;
import dev.weir.bench.gateway.wire.McpSession;
import dev.weir.bench.gateway.wire.ModernSession;
import dev.weir.bench.gateway.wire.SseSession;
import dev.weir.bench.gateway.wire.StdioSession;
import dev.weir.bench.gateway.wire.WebSocketSession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls through the gateway alone, from each wire that clients have to one wire of servers; beside
 * them the same call without a gateway. All sessions are open for the whole scene, only one at a
 * time has anything to do.
 */
final class PairScenes {
  /** All that can be on either side. */
  static final List<Wire> WIRES =
      List.of(Wire.STDIO, Wire.HTTP, Wire.SSE, Wire.WEBSOCKET, Wire.TCP, Wire.MODERN);

  private static final String ROUTE = "/mcp/up";

  private final Bed bed;
  private final Duration window;

  PairScenes(Bed bed) {
    this.bed = bed;
    this.window = bed.plan().window().dividedBy(3); // there are many
  }

  void measure(Scene scene) throws IOException, InterruptedException {
    Wire wire = scene.setting().wire();
    String mark = Program.newMark();
    int socket = freePort();
    Site.@Nullable HttpServer server = wire == Wire.STDIO ? null : bed.site().startLight(wire);
    try (server;
        var gateway = GatewayProgram.start(List.of(), yaml(scene, server, mark, socket), mark)) {
      Map<String, McpSession> sessions = new LinkedHashMap<>();
      try {
        sessions.put(Contenders.DIRECT, direct(scene, server, mark));
        for (Wire client : WIRES) {
          sessions.put(client.id(), client(client, gateway, socket, mark));
        }
        for (McpSession session : sessions.values()) {
          session.open();
          var _ = Load.run(List.of(session), bed.plan().warmUp().dividedBy(2));
        }
        for (int round = 1; round <= bed.plan().rounds(); round++) {
          for (Map.Entry<String, McpSession> one :
              Bed.inTurn(new ArrayList<>(sessions.entrySet()), round)) {
            measure(scene, one.getKey(), one.getValue(), round);
          }
        }
      } finally {
        for (McpSession session : sessions.values()) {
          session.close();
        }
      }
    }
  }

  private void measure(Scene scene, String client, McpSession session, int round)
      throws IOException, InterruptedException {
    Load.run(List.of(session), Duration.ZERO);
    Load load = Load.run(List.of(session), window);
    bed.measurements().add(scene, client, round, Metric.P50, load.p50());
    bed.measurements().add(scene, client, round, Metric.P99, load.p99());
    bed.measurements().add(scene, client, round, Metric.FAILURES, load.failures());
  }

  private String yaml(Scene scene, Site.@Nullable HttpServer server, String mark, int socket) {
    String upstream =
        server == null
            ? "command: " + GatewayProgram.yamlList(bed.site().stdio(scene.setting(), mark))
            : address(scene.setting().wire(), server.endpoint());
    return "upstreams: { up: { %s } }%nsockets: [ { listen: \"127.0.0.1:%d\", route: up } ]"
        .formatted(upstream, socket);
  }

  private static String address(Wire wire, URI server) {
    return switch (wire) {
      case HTTP -> "url: \"" + server + "\", transport: streamable-http, era: legacy";
      case SSE -> "url: \"" + server + "\", transport: sse";
      case MODERN -> "url: \"" + server + "\", era: modern";
      case WEBSOCKET -> "url: \"ws://" + server.getAuthority() + server.getPath() + "\"";
      case TCP -> "address: \"" + server.getAuthority() + "\"";
      case STDIO, IN_PROCESS -> throw new IllegalArgumentException(wire + " has no address");
    };
  }

  private McpSession direct(Scene scene, Site.@Nullable HttpServer server, String mark)
      throws IOException {
    return server == null
        ? new StdioSession(bed.site().stdio(scene.setting(), mark), Map.of("WEIR_BENCH", mark))
        : session(scene.setting().wire(), server.endpoint());
  }

  private static McpSession client(Wire wire, GatewayProgram gateway, int socket, String mark)
      throws IOException {
    URI route = gateway.url(ROUTE);
    return switch (wire) {
      case STDIO ->
          new StdioSession(
              GatewayProgram.command("stdio", "--join", gateway.base().toString(), "-r", "up"),
              Map.of("WEIR_BENCH", mark));
      case SSE -> session(wire, gateway.url(ROUTE + "/sse"));
      case TCP -> session(wire, URI.create("tcp://127.0.0.1:" + socket));
      default -> session(wire, route);
    };
  }

  private static McpSession session(Wire wire, URI at) throws IOException {
    return switch (wire) {
      case HTTP -> new HttpSession(at);
      case SSE -> new SseSession(at);
      case MODERN -> new ModernSession(at);
      case WEBSOCKET ->
          new WebSocketSession(URI.create("ws://" + at.getAuthority() + at.getPath()));
      case TCP -> LineSession.tcp(at.getPort());
      case STDIO, IN_PROCESS -> throw new IllegalArgumentException(wire + " has no address");
    };
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
