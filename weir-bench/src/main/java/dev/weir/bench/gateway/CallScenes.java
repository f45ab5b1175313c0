package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.Contender;
import dev.weir.bench.gateway.contender.Service;
import dev.weir.bench.gateway.process.ProcTree;
import dev.weir.bench.gateway.wire.McpSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
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
        for (Map.Entry<Contender, Service> entry : services.all().entrySet()) {
          List<McpSession> sessions = new ArrayList<>();
          parties.add(new Party(entry.getKey().id(), entry.getValue(), sessions));
          for (int i = 0; i < scene.sessions(); i++) {
            sessions.add(entry.getValue().session());
          }
          Crowd.open(sessions);
          Load.run(sessions, bed.plan().warmUp());
        }
        List<Party> order = new ArrayList<>(parties);
        for (int round = 1; round <= bed.plan().rounds(); round++) {
          for (Party party : order) {
            measure(scene, party, round);
          }
          Collections.rotate(order, -1);
        }
      } finally {
        for (Party party : parties) {
          Crowd.close(party.sessions);
        }
      }
    }
  }

  private void measure(Scene scene, Party party, int round)
      throws IOException, InterruptedException {
    List<ProcessHandle> tree = party.service.tree();
    long gatewayBefore = party.service.gatewayCpu().toNanos();
    long allBefore = ProcTree.cpu(tree).toNanos();
    Load load = Load.run(party.sessions, bed.plan().window());
    double calls = load.nanos().length;
    double gateway = party.service.gatewayCpu().toNanos() - gatewayBefore;
    double all = ProcTree.cpu(tree).toNanos() - allBefore;

    Measurements to = bed.measurements();
    to.add(scene, party.name, round, Metric.P50, load.quantile(0.5));
    to.add(scene, party.name, round, Metric.P99, load.quantile(0.99));
    to.add(scene, party.name, round, Metric.PER_SECOND, load.perSecond());
    to.add(scene, party.name, round, Metric.FAILURES, load.failures());
    to.add(scene, party.name, round, Metric.CPU_GATEWAY, gateway / calls);
    to.add(scene, party.name, round, Metric.CPU_ALL, all / calls);
    to.add(scene, party.name, round, Metric.MEMORY_GATEWAY, party.service.gatewayMemory());
    to.add(scene, party.name, round, Metric.MEMORY_ALL, ProcTree.resident(tree));
  }
}
