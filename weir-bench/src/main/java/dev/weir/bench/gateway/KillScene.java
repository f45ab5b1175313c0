package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.Contender;
import dev.weir.bench.gateway.contender.Service;
import dev.weir.bench.gateway.process.Program;
import dev.weir.bench.gateway.wire.McpSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code kill -9} of the gateway while sessions are open: one process behind it ignores SIGTERM and
 * the end of its input, another has started two more, one of which its parent forgets.
 */
final class KillScene {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofMillis(50);

  private final Bed bed;

  KillScene(Bed bed) {
    this.bed = bed;
  }

  void measure(Scene scene) throws IOException, InterruptedException {
    for (Contender contender : bed.contenders(scene, 1)) {
      try (Service service = contender.start(bed.site(), scene.setting(), null)) {
        if (service.program().isPresent()) {
          kill(scene, contender.id(), service, service.program().get());
        }
      }
    }
  }

  private void kill(Scene scene, String contender, Service service, Program program)
      throws IOException, InterruptedException {
    List<McpSession> sessions = new ArrayList<>();
    for (int i = 0; i < scene.sessions(); i++) {
      sessions.add(service.session());
    }
    try {
      kill(scene, contender, service, program, sessions);
    } finally {
      Crowd.close(sessions);
    }
  }

  private void kill(
      Scene scene, String contender, Service service, Program program, List<McpSession> sessions)
      throws IOException, InterruptedException {
    Crowd.open(sessions);
    var _ = sessions.getFirst().call("stubborn", "{}");
    var _ = sessions.getLast().call("grandchildren", "{}");
    Measurements to = bed.measurements();
    to.add(scene, contender, 1, Metric.PROCESSES, service.tree().size() - 1.0);

    long began = System.nanoTime();
    program.kill();
    int left = service.tree().size();
    long gone = System.nanoTime() - began;
    while (left > 0 && gone < LIMIT.toNanos()) {
      Thread.sleep(LOOK);
      left = service.tree().size();
      gone = System.nanoTime() - began;
    }
    to.add(scene, contender, 1, Metric.LEFT, left);
    to.add(scene, contender, 1, Metric.GONE_AFTER, left == 0 ? gone : Double.NaN);
  }
}
