package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.Contenders;
import dev.weir.bench.gateway.contender.GatewayProgram;
import dev.weir.bench.gateway.process.LiveHeap;
import dev.weir.bench.gateway.process.ProcTree;
import dev.weir.bench.gateway.process.Program;
import dev.weir.bench.gateway.wire.HttpConnection;
import dev.weir.bench.gateway.wire.HttpSession;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/**
 * Sessions of Weir that have called once and then say nothing, within a heap of 1 GiB. A few
 * connections open them all: a session needs none to be idle.
 */
final class MemoryScene {
  private static final int CONNECTIONS = 4;

  private final Bed bed;

  MemoryScene(Bed bed) {
    this.bed = bed;
  }

  void measure(Scene scene) throws IOException, InterruptedException {
    if (bed.contenders(scene, 0).stream().noneMatch(one -> one.id().equals(Contenders.WEIR))) {
      return;
    }
    String mark = Program.newMark();
    String limits = "sessions: { max: %d }\n".formatted(scene.sessions() + 100);
    switch (scene.setting().wire()) {
      case IN_PROCESS -> measure(scene, limits, "/mcp/demo", mark);
      case STDIO -> {
        String command = GatewayProgram.yamlList(bed.site().stdio(scene.setting(), mark));
        String upstream = "{ command: " + command + ", standby: { max: 0 } }";
        measure(scene, limits + "upstreams: { up: " + upstream + " }", "/mcp/up", mark);
      }
      case HTTP -> {
        try (var server = bed.site().startHttp(scene.setting().server())) {
          String upstream = "{ url: \"" + server.endpoint() + "\" }";
          measure(scene, limits + "upstreams: { up: " + upstream + " }", "/mcp/up", mark);
        }
      }
    }
  }

  private void measure(Scene scene, String yaml, String path, String mark)
      throws IOException, InterruptedException {
    try (var gateway = GatewayProgram.start(List.of("-Xmx1g"), yaml, mark)) {
      long pid = gateway.program().handle().pid();
      URI endpoint = gateway.url(path);
      open(endpoint, Math.max(1, Math.min(100, scene.sessions() / 4))); // what is loaded but once
      double before = gateway.sum("weir_sessions");
      LiveHeap heapBefore = LiveHeap.of(pid);
      open(endpoint, scene.sessions() - (int) before);
      double sessions = gateway.sum("weir_sessions");
      LiveHeap heap = LiveHeap.of(pid);
      double more = Math.max(1, sessions - before);

      Measurements to = bed.measurements();
      String weir = Contenders.WEIR;
      to.add(scene, weir, 1, Metric.SESSIONS, sessions);
      to.add(scene, weir, 1, Metric.HEAP_PER_SESSION, (heap.bytes() - heapBefore.bytes()) / more);
      to.add(
          scene,
          weir,
          1,
          Metric.BUFFERS_PER_SESSION,
          (heap.buffers() - heapBefore.buffers()) / more);
      to.add(scene, weir, 1, Metric.MEMORY_GATEWAY, resident(gateway));
    }
  }

  private static double resident(GatewayProgram gateway) {
    return ProcTree.resident(List.of(gateway.program().handle()));
  }

  private static void open(URI endpoint, int sessions) throws IOException, InterruptedException {
    Crowd.run(
        CONNECTIONS,
        client -> {
          try (var connection = new HttpConnection(endpoint)) {
            for (int i = client; i < sessions; i += CONNECTIONS) {
              HttpSession session = new HttpSession(endpoint, connection);
              session.open();
              var _ = session.call("echo", "{\"message\":\"hi\"}");
            }
          }
          return client;
        });
  }
}
