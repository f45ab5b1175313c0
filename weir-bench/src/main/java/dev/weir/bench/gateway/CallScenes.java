package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.Contender;
import dev.weir.bench.gateway.contender.Service;
import dev.weir.bench.gateway.process.ProcTree;
import dev.weir.bench.gateway.wire.McpSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Calls through every contender, in rounds. All are up, with their sessions open, for the whole
 * scene; only one at a time has anything to do.
 */
final class CallScenes {
  private record Party(String name, Service service, List<McpSession> sessions) {}

  private final Bed bed;

  CallScenes(Bed bed) {
    this.bed = bed;
  }

  void measure(Scene scene) throws IOException, InterruptedException {
    List<Party> parties = new ArrayList<>();
    try (Bed.Services services = bed.start(scene, 1)) {
      try {
        for (Map.Entry<Contender, Service> entry : services.all()) {
          List<McpSession> sessions = new ArrayList<>();
          parties.add(new Party(entry.getKey().id(), entry.getValue(), sessions));
          for (int i = 0; i < scene.sessions(); i++) {
            sessions.add(entry.getValue().session());
          }
          Crowd.open(sessions);
          warmUp(sessions);
        }
        for (int round = 1; round <= bed.plan().rounds(); round++) {
          for (Party party : Bed.inTurn(parties, round)) {
            measure(scene, party, round);
          }
        }
      } finally {
        for (Party party : parties) {
          Crowd.close(party.sessions);
        }
      }
    }
  }

  /** For the time of the plan, and longer where that is too short for calls enough. */
  private void warmUp(List<McpSession> sessions) throws IOException, InterruptedException {
    int calls = 0;
    for (int i = 0; i < Plan.MOST_WARM_UPS && calls < Plan.WARM_CALLS; i++) {
      calls += Load.run(sessions, bed.plan().warmUp()).nanos().length;
    }
  }

  private void measure(Scene scene, Party party, int round)
      throws IOException, InterruptedException {
    // A call each that is not counted: connections idle for too long are opened again.
    Load.run(party.sessions, Duration.ZERO);
    long gatewayBefore = party.service.gatewayCpu().toNanos();
    long allBefore = ProcTree.cpuOfAll(party.service.tree()).toNanos();
    Load load = Load.run(party.sessions, bed.plan().window());
    double calls = load.nanos().length;
    double gateway = party.service.gatewayCpu().toNanos() - gatewayBefore;
    List<ProcessHandle> tree = party.service.tree();
    double all = ProcTree.cpuOfAll(tree).toNanos() - allBefore;

    Measurements to = bed.measurements();
    to.add(scene, party.name, round, Metric.P50, load.p50());
    to.add(scene, party.name, round, Metric.P99, load.p99());
    to.add(scene, party.name, round, Metric.PER_SECOND, load.perSecond());
    to.add(scene, party.name, round, Metric.FAILURES, load.failures());
    to.add(scene, party.name, round, Metric.CPU_GATEWAY, gateway / calls);
    to.add(scene, party.name, round, Metric.CPU_ALL, all / calls);
    to.add(scene, party.name, round, Metric.MEMORY_GATEWAY, party.service.gatewayMemory());
    to.add(scene, party.name, round, Metric.MEMORY_ALL, ProcTree.resident(tree));
  }
}
