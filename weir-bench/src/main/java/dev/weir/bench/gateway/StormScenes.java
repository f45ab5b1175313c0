package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.Contender;
import dev.weir.bench.gateway.contender.Service;
import dev.weir.bench.gateway.wire.McpSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Many clients at once, two milliseconds apart so that it can be said who came first. A storm
 * begins when nothing is left to do of the one before.
 */
final class StormScenes {
  private static final int APART_MILLIS = 2;

  /** What was only just started needs a while until it can answer. */
  private static final Duration SETTLE = Duration.ofSeconds(2);

  private record Arrival(long came, long served) {
    long waited() {
      return served - came;
    }
  }

  private final Bed bed;

  StormScenes(Bed bed) {
    this.bed = bed;
  }

  void measure(Scene scene) throws IOException, InterruptedException {
    try (Bed.Services services = bed.start(scene, bed.plan().standby())) {
      services.warmUp(bed.plan().warmUpOfStorms());
      for (int round = 1; round <= bed.plan().rounds(); round++) {
        for (Map.Entry<Contender, Service> entry : Bed.inTurn(services.all(), round)) {
          services.settle(SETTLE);
          storm(scene, entry.getKey().id(), entry.getValue(), round);
        }
      }
    }
  }

  private void storm(Scene scene, String contender, Service service, int round)
      throws IOException, InterruptedException {
    List<McpSession> sessions = new ArrayList<>();
    List<Arrival> arrivals;
    try {
      arrivals = new ArrayList<>(arrivals(service, scene.sessions(), sessions));
    } finally {
      Crowd.close(sessions);
    }
    arrivals.sort(Comparator.comparingLong(Arrival::came));
    long began = arrivals.getFirst().came;
    long first =
        arrivals.stream().limit(bed.plan().standby()).mapToLong(Arrival::waited).max().orElse(0);
    long last = arrivals.stream().mapToLong(Arrival::served).max().orElse(0) - began;
    Measurements to = bed.measurements();
    to.add(scene, contender, round, Metric.FIRST, first);
    to.add(scene, contender, round, Metric.LAST, last);
    to.add(scene, contender, round, Metric.OVERTAKEN, overtaken(arrivals));
  }

  private static List<Arrival> arrivals(Service service, int clients, List<McpSession> sessions)
      throws IOException, InterruptedException {
    long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
    return Crowd.run(
        clients,
        client -> {
          long turn = start + TimeUnit.MILLISECONDS.toNanos((long) APART_MILLIS * client);
          TimeUnit.NANOSECONDS.sleep(turn - System.nanoTime());
          long came = System.nanoTime();
          McpSession session = service.session();
          synchronized (sessions) {
            sessions.add(session);
          }
          session.open();
          return new Arrival(came, System.nanoTime());
        });
  }

  private static int overtaken(List<Arrival> arrivals) {
    int worst = 0;
    for (Arrival one : arrivals) {
      int by = 0;
      for (Arrival other : arrivals) {
        by += other.came > one.came && other.served < one.served ? 1 : 0;
      }
      worst = Math.max(worst, by);
    }
    return worst;
  }
}
