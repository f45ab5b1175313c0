package dev.weir.bench.workloads;

import dev.weir.bench.report.Figures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** One figure to be measured: an entrant under a number of clients, in as many rounds as asked. */
final class Cell {
  private final String scene;
  private final Entrant entrant;
  private final int clients;
  private final Duration work;
  private final List<Measured> rounds = new ArrayList<>();

  /**
   * @param scene what this cell shares with those it is compared with
   * @param work how long the server works for each call
   */
  Cell(String scene, Entrant entrant, int clients, Duration work) {
    this.scene = scene;
    this.entrant = entrant;
    this.clients = clients;
    this.work = work;
  }

  String scene() {
    return scene;
  }

  Entrant entrant() {
    return entrant;
  }

  int clients() {
    return clients;
  }

  void measure(Window window) throws InterruptedException {
    rounds.add(entrant.run(clients, work, window));
  }

  /** Runs without keeping what it shows. */
  void warmUp(Window window) throws InterruptedException {
    entrant.run(clients, work, window);
  }

  /** The median of all rounds. */
  double median(ToDoubleFunction<Measured> figure) {
    return Figures.median(rounds.stream().mapToDouble(figure).boxed().toList());
  }

  /**
   * The median, over the rounds, of this cell's throughput divided by another's in the same round:
   * what disturbs a round disturbs both.
   */
  double perSecondTo(Cell other) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < rounds.size(); i++) {
      ratios.add(rounds.get(i).perSecond() / other.rounds.get(i).perSecond());
    }
    return Figures.median(ratios);
  }

  /** The lowest of all rounds. */
  double lowest(ToDoubleFunction<Measured> figure) {
    return rounds.stream().mapToDouble(figure).min().orElse(Double.NaN);
  }

  /** The highest of all rounds. */
  double highest(ToDoubleFunction<Measured> figure) {
    return rounds.stream().mapToDouble(figure).max().orElse(Double.NaN);
  }

  double perSecond() {
    return median(Measured::perSecond);
  }

  long failures() {
    return rounds.stream().mapToLong(Measured::failures).sum();
  }

  /** For raw data: a row for each round. */
  List<Map<String, Object>> rows() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Measured round : rounds) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("scene", scene);
      row.put("contender", entrant.name());
      row.put("connections", entrant.size());
      row.put("clients", clients);
      row.put("workMillis", work.toNanos() / 1e6);
      row.put("round", rows.size() + 1);
      row.putAll(round.toMap());
      rows.add(row);
    }
    return rows;
  }
}
