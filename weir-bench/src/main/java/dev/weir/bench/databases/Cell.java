package dev.weir.bench.databases;

import dev.weir.bench.report.Figures;
import dev.weir.bench.workloads.Window;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** One source under one load, in as many rounds as asked. */
final class Cell {
  private final Source source;
  private final Load load;
  private final List<Callers.Round> rounds = new ArrayList<>();

  /** What is asked of each source. */
  record Load(Work work, int callers, boolean virtual) {
    String title() {
      return "%d %s, %s".formatted(callers, virtual ? "virtual" : "platform", work.title());
    }
  }

  Cell(Source source, Load load) {
    this.source = source;
    this.load = load;
  }

  Source source() {
    return source;
  }

  Load load() {
    return load;
  }

  void measure(Window window) throws InterruptedException {
    rounds.add(Callers.run(source, load.work(), load.callers(), load.virtual(), window));
  }

  double median(ToDoubleFunction<Callers.Round> figure) {
    return Figures.median(rounds.stream().mapToDouble(figure).boxed().toList());
  }

  /** The median, over the rounds, of this cell's figure divided by another's in the same round. */
  double to(Cell other, ToDoubleFunction<Callers.Round> figure) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < rounds.size(); i++) {
      ratios.add(figure.applyAsDouble(rounds.get(i)) / figure.applyAsDouble(other.rounds.get(i)));
    }
    return Figures.median(ratios);
  }

  long failures() {
    return rounds.stream().mapToLong(Callers.Round::failures).sum();
  }

  long calls() {
    return rounds.stream().mapToLong(Callers.Round::calls).sum();
  }

  /** For raw data: a row for each round. */
  List<Map<String, Object>> rows() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Callers.Round round : rounds) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("source", source.name());
      row.put("work", load.work().title());
      row.put("callers", load.callers());
      row.put("virtual", load.virtual());
      row.put("round", rows.size() + 1);
      row.put("perSecond", round.perSecond());
      row.put("p50Nanos", round.p50());
      row.put("p99Nanos", round.p99());
      row.put("overheadNanos", round.overhead());
      row.put("evenness", round.evenness());
      row.put("failures", round.failures());
      if (round.failure() != null) {
        row.put("failure", round.failure());
      }
      rows.add(row);
    }
    return rows;
  }
}
