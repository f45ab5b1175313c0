package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.Contender;
import dev.weir.bench.gateway.contender.Server;
import dev.weir.bench.gateway.contender.Service;
import dev.weir.bench.gateway.wire.McpSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Sessions opened one after the other, by each contender in turn, with nothing else going on. */
final class OpenScenes {
  private static final int STANDBY = 4;

  private final Bed bed;

  OpenScenes(Bed bed) {
    this.bed = bed;
  }

  void measure(Scene scene) throws IOException, InterruptedException {
    try (Bed.Services services = bed.start(scene, STANDBY)) {
      services.warmUp(bed.plan().warmUpOfOpening());
      if (scene.isBefore(Server.LIGHT)) {
        for (Map.Entry<Contender, Service> entry : services.all()) {
          leaveSomethingBehind(entry.getValue());
        }
      }
      int opens = bed.plan().opens();
      for (int i = 1 - opens; i <= bed.plan().rounds() * opens; i++) {
        for (Map.Entry<Contender, Service> entry : Bed.inTurn(services.all(), i + opens)) {
          services.settle(bed.plan().pause());
          open(scene, entry.getKey().id(), entry.getValue(), i);
        }
      }
    }
  }

  /** Those that come later would see it if they were not alone. */
  private static void leaveSomethingBehind(Service service) throws IOException {
    try (McpSession session = service.session()) {
      session.open();
      var _ = session.call("who", "{}");
    }
  }

  /** Counted from number 1 on: a program that is warm for a crowd is not yet for one at a time. */
  private void open(Scene scene, String contender, Service service, int number) throws IOException {
    long began = System.nanoTime();
    try (McpSession session = service.session()) {
      session.open();
      double nanos = System.nanoTime() - began;
      double alone = scene.isBefore(Server.LIGHT) ? alone(session) : Double.NaN;
      if (number > 0) {
        bed.measurements().add(scene, contender, number, Metric.OPEN, nanos);
        bed.measurements().add(scene, contender, number, Metric.ALONE, alone);
      }
    }
  }

  /** Whether this session counts its own calls, all of them, and no others. */
  private static double alone(McpSession session) throws IOException {
    List<String> counts = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      counts.add(session.call("who", "{}").replaceAll(".*count\\\\\":(\\d+).*", "$1"));
    }
    return counts.equals(List.of("1", "2")) ? 1 : 0;
  }
}
