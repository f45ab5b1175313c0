package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.Contender.Kind;
import dev.weir.bench.gateway.contender.Contenders;
import dev.weir.bench.gateway.contender.Server;
import dev.weir.bench.report.Figures;
import dev.weir.bench.report.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What the gateway is meant to reach, and whether it did in this run. */
final class Targets {
  private static final String WEIR = Contenders.WEIR;
  private static final String DIRECT = Contenders.DIRECT;
  private static final double OPEN_NANOS = 5e6;
  private static final double OPEN_RATIO = 50;
  private static final double READY_NANOS = 20e6;
  private static final double STORM_RATIO = 1.1;
  private static final double ADDED_NANOS = 0.15e6;
  private static final double ADDED_SHARE = 0.5;
  private static final double CROWD_RATIO = 2;
  private static final double HEAP_BYTES = 50_000;

  private final Measurements measurements;
  private final Plan plan;
  private final int cores;
  private final List<Verdict> verdicts = new ArrayList<>();

  private Targets(Measurements measurements, Plan plan, int cores) {
    this.measurements = measurements;
    this.plan = plan;
    this.cores = cores;
  }

  /** Those for which there is something measured. */
  static List<Verdict> judge(Measurements measurements, Plan plan, int cores) {
    Targets targets = new Targets(measurements, plan, cores);
    for (Scene.Kind kind : Scene.Kind.values()) {
      for (Scene scene : measurements.scenes(kind)) {
        if (kind == Scene.Kind.PAIR || measurements.contenders(scene).contains(WEIR)) {
          targets.judge(scene);
        }
      }
    }
    return targets.verdicts;
  }

  private void judge(Scene scene) {
    switch (scene.kind()) {
      case OPEN -> open(scene);
      case STORM -> storm(scene);
      case CALL -> call(scene);
      case CROWD -> crowd(scene);
      case PAIR -> pair(scene);
      case MEMORY -> memory(scene);
      case KILL -> kill(scene);
    }
  }

  private void open(Scene scene) {
    double p99 = measurements.p99(scene, WEIR, Metric.OPEN);
    if (Double.isFinite(p99)) {
      double floor = measurements.p99(scene, Contenders.RUNNING, Metric.OPEN);
      String beside =
          Double.isFinite(floor) ? "; a server that is up already: " + Figures.nanos(floor) : "";
      add(
          scene,
          "a session opens in less than 5 ms at p99",
          p99 < OPEN_NANOS,
          Figures.nanos(p99) + beside);
    }
    if (measurements.contenders(scene).contains(Contenders.SUPERGATEWAY)) {
      double faster = measurements.ratio(scene, Contenders.SUPERGATEWAY, WEIR, Metric.OPEN);
      add(
          scene,
          "at least 50 times as fast as supergateway",
          faster >= OPEN_RATIO,
          Figures.ratio(faster));
    }
    if (scene.isBefore(Server.LIGHT)) {
      double alone = measurements.lowest(scene, WEIR, Metric.ALONE);
      add(
          scene,
          "no session sees another's count",
          alone == 1,
          alone == 1 ? "none did" : "one did");
    }
  }

  private void storm(Scene scene) {
    double first = measurements.highest(scene, WEIR, Metric.FIRST);
    add(
        scene,
        "the first %d of %d wait milliseconds, less than 20"
            .formatted(plan.standby(), plan.storm()),
        first < READY_NANOS,
        Figures.nanos(first) + " at worst");
    if (measurements.contenders(scene).contains(DIRECT)) {
      double last = measurements.ratio(scene, WEIR, DIRECT, Metric.LAST);
      add(
          scene,
          "the last is served when a bare storm of starts has served its last, within 10 %",
          last <= STORM_RATIO,
          Figures.ratio(last));
    }
    double overtaken = measurements.highest(scene, WEIR, Metric.OVERTAKEN);
    add(
        scene,
        "in the order in which they came, but for as many as start at a time, one for each core",
        overtaken <= cores,
        "overtaken by %s at most".formatted(Figures.plain(overtaken)));
  }

  private void call(Scene scene) {
    double added = measurements.added(scene, WEIR, DIRECT, Metric.P50);
    if (!Double.isFinite(added)) {
      return;
    }
    add(
        scene,
        "adds at most 0.15 ms to a call at p50",
        added <= ADDED_NANOS,
        "%s%s".formatted(Figures.nanos(added), processor(scene)));
    best(scene, peer -> measurements.added(scene, peer, DIRECT, Metric.P50))
        .ifPresent(
            peer -> {
              double theirs = measurements.added(scene, peer, DIRECT, Metric.P50);
              add(
                  scene,
                  "at most half of what any peer adds",
                  added <= theirs * ADDED_SHARE,
                  "%s of what %s adds".formatted(Figures.ratio(added / theirs), peer));
            });
  }

  /** Where the added time goes, as far as processor time tells. */
  private String processor(Scene scene) {
    return "; processor time of the gateway "
        + Figures.nanos(measurements.median(scene, WEIR, Metric.CPU_GATEWAY));
  }

  private void crowd(Scene scene) {
    best(scene, peer -> -measurements.median(scene, peer, Metric.PER_SECOND))
        .ifPresent(
            peer -> {
              double ratio = measurements.ratio(scene, WEIR, peer, Metric.PER_SECOND);
              add(
                  scene,
                  "%d clients: at least twice the throughput of the best peer"
                      .formatted(scene.sessions()),
                  ratio >= CROWD_RATIO,
                  Figures.ratio(ratio) + " " + peer + processor(scene));
            });
    best(scene, peer -> measurements.median(scene, peer, Metric.P99))
        .ifPresent(
            peer -> {
              double ratio = measurements.ratio(scene, WEIR, peer, Metric.P99);
              add(
                  scene,
                  "%d clients: lower p99 than every peer with calls enough to tell"
                      .formatted(scene.sessions()),
                  ratio < 1,
                  Figures.ratio(ratio) + " " + peer);
            });
  }

  private void pair(Scene scene) {
    List<String> clients =
        measurements.contenders(scene).stream().filter(one -> !one.equals(DIRECT)).toList();
    ToDoubleFunction<String> added =
        client -> measurements.added(scene, client, DIRECT, Metric.P50);
    clients.stream()
        .max(Comparator.comparingDouble(added))
        .ifPresent(
            worst ->
                add(
                    scene,
                    "adds at most 0.15 ms to a call at p50, whatever wire its client is on",
                    added.applyAsDouble(worst) <= ADDED_NANOS,
                    "%s from %s at most"
                        .formatted(Figures.nanos(added.applyAsDouble(worst)), worst)));
  }

  private void memory(Scene scene) {
    double all = measurements.median(scene, WEIR, Metric.HEAP_PER_SESSION);
    double heap = all - measurements.median(scene, WEIR, Metric.BUFFERS_PER_SESSION);
    add(
        scene,
        "an idle session takes at most 50 KB of heap beyond its buffers",
        heap <= HEAP_BYTES,
        "%s KB, with them %s KB".formatted(Figures.plain(heap / 1e3), Figures.plain(all / 1e3)));
    double sessions = measurements.median(scene, WEIR, Metric.SESSIONS);
    add(
        scene,
        "%,d idle sessions within 1 GiB of heap".formatted(scene.sessions()),
        sessions >= scene.sessions(),
        Figures.plain(sessions) + " open");
  }

  private void kill(Scene scene) {
    double left = measurements.highest(scene, WEIR, Metric.LEFT);
    add(
        scene,
        "no process is left 5 s after a kill -9",
        left == 0,
        "%s of %s left"
            .formatted(
                Figures.plain(left),
                Figures.plain(measurements.median(scene, WEIR, Metric.PROCESSES))));
  }

  private Optional<String> best(Scene scene, ToDoubleFunction<String> least) {
    List<String> peers =
        Contenders.all(0).stream()
            .filter(contender -> contender.kind() == Kind.PEER)
            .map(contender -> contender.id())
            .toList();
    return measurements.contenders(scene).stream()
        .filter(peers::contains)
        .filter(peer -> Double.isFinite(least.applyAsDouble(peer)))
        .min(Comparator.comparingDouble(least));
  }

  private void add(Scene scene, String target, boolean reached, String figures) {
    verdicts.add(new Verdict(scene.title() + ": " + target, reached, figures));
  }
}
