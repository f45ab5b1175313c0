package dev.weir.bench.pools;

import dev.weir.bench.report.Figures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What a race has measured, by round. */
final class Samples {
  /** One figure. */
  record Sample(int round, String contender, Scenario scenario, Metric metric, double value) {}

  private record Key(String contender, Scenario scenario, Metric metric) {}

  private final List<Sample> all = new ArrayList<>();
  private final Map<Key, Map<Integer, Double>> byRound = new HashMap<>();

  void add(Sample sample) {
    all.add(sample);
    byRound
        .computeIfAbsent(
            new Key(sample.contender, sample.scenario, sample.metric), key -> new HashMap<>())
        .put(sample.round, sample.value);
  }

  List<Sample> all() {
    return List.copyOf(all);
  }

  boolean has(String contender, Scenario scenario) {
    return byRound.keySet().stream()
        .anyMatch(key -> key.contender.equals(contender) && key.scenario == scenario);
  }

  /** One value a round. */
  List<Double> values(String contender, Scenario scenario, Metric metric) {
    return List.copyOf(rounds(contender, scenario, metric).values());
  }

  /** Over the rounds; not a number when it was not measured. */
  double median(String contender, Scenario scenario, Metric metric) {
    return Figures.median(rounds(contender, scenario, metric).values());
  }

  double worst(String contender, Scenario scenario, Metric metric) {
    return rounds(contender, scenario, metric).values().stream()
        .mapToDouble(Double::doubleValue)
        .max()
        .orElse(Double.NaN);
  }

  /**
   * One ratio for each round that has both: what disturbs a round disturbs both, so ratios vary
   * less than their parts.
   */
  List<Double> ratios(String contender, String to, Scenario scenario, Metric metric) {
    Map<Integer, Double> ours = rounds(contender, scenario, metric);
    Map<Integer, Double> theirs = rounds(to, scenario, metric);
    List<Double> ratios = new ArrayList<>();
    for (int round : new TreeSet<>(ours.keySet())) {
      Double base = theirs.get(round);
      if (base != null && base > 0) {
        ratios.add(ours.getOrDefault(round, Double.NaN) / base);
      }
    }
    return ratios;
  }

  /** The median of {@link #ratios}. */
  double ratio(String contender, String to, Scenario scenario, Metric metric) {
    return Figures.median(ratios(contender, to, scenario, metric));
  }

  /** Least served to most served, the median of the rounds. */
  double evenness(String contender, Scenario scenario) {
    Map<Integer, Double> least = rounds(contender, scenario, Metric.LEAST_SERVED);
    Map<Integer, Double> most = rounds(contender, scenario, Metric.MOST_SERVED);
    List<Double> ratios = new ArrayList<>();
    most.forEach((round, value) -> ratios.add(least.getOrDefault(round, 0.0) / value));
    return Figures.median(ratios);
  }

  private Map<Integer, Double> rounds(String contender, Scenario scenario, Metric metric) {
    return byRound.getOrDefault(new Key(contender, scenario, metric), Map.of());
  }
}
