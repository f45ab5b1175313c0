package dev.weir.bench.gateway;

import dev.weir.bench.report.Figures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;

/** Every figure that was measured. For one thread. */
final class Measurements {
  /** Of fewer values a p99 says nothing. */
  static final int ENOUGH_FOR_P99 = 100;

  /** One figure. */
  record Row(Scene scene, String contender, int round, Metric metric, double value) {
    Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("scene", scene.id());
      map.put("contender", contender);
      map.put("round", round);
      map.put("metric", metric.id());
      map.put("value", Math.round(value * 1e3) / 1e3);
      return map;
    }
  }

  private final List<Row> rows = new ArrayList<>();
  private final Map<String, Double> stolen = new LinkedHashMap<>();

  /** What is no number, since there was too little to measure it by, is left out. */
  void add(Scene scene, String contender, int round, Metric metric, double value) {
    if (Double.isFinite(value)) {
      rows.add(new Row(scene, contender, round, metric, value));
    }
  }

  /** Not a number when the values are so few that it would only be the largest of them. */
  static double p99(double[] values) {
    return values.length < ENOUGH_FOR_P99 ? Double.NaN : Figures.quantile(values, 0.99);
  }

  /** What part of the processor time that was wanted a hypervisor gave to others meanwhile. */
  void stolen(Scene scene, double share) {
    stolen.put(scene.id(), Math.round(share * 1e4) / 1e4);
  }

  double stolen(Scene scene) {
    return stolen.getOrDefault(scene.id(), 0.0);
  }

  /** By the ids of the scenes. */
  Map<String, Double> stolen() {
    return new LinkedHashMap<>(stolen);
  }

  List<Row> rows() {
    return List.copyOf(rows);
  }

  /** The scenes of a kind, in the order in which they were measured. */
  List<Scene> scenes(Scene.Kind kind) {
    return rows.stream().map(Row::scene).filter(scene -> scene.kind() == kind).distinct().toList();
  }

  /** Who has taken part, in the order in which they first did. */
  List<String> contenders(Scene scene) {
    return rows.stream()
        .filter(row -> row.scene.equals(scene))
        .map(Row::contender)
        .distinct()
        .toList();
  }

  double[] values(Scene scene, String contender, Metric metric) {
    return rows.stream()
        .filter(row -> row.scene.equals(scene) && row.contender.equals(contender))
        .filter(row -> row.metric == metric)
        .mapToDouble(Row::value)
        .toArray();
  }

  /** Not a number when nothing was measured. */
  double median(Scene scene, String contender, Metric metric) {
    return Figures.quantile(values(scene, contender, metric), 0.5);
  }

  /** See {@link #p99(double[])}. */
  double p99(Scene scene, String contender, Metric metric) {
    return p99(values(scene, contender, metric));
  }

  double highest(Scene scene, String contender, Metric metric) {
    return Figures.quantile(values(scene, contender, metric), 1);
  }

  double lowest(Scene scene, String contender, Metric metric) {
    return Figures.quantile(values(scene, contender, metric), 0);
  }

  /** The median of the ratios within each round: what disturbs a round disturbs both. */
  double ratio(Scene scene, String contender, String base, Metric metric) {
    return paired(scene, contender, base, metric, (a, b) -> a / b);
  }

  /** The median of the differences within each round. */
  double added(Scene scene, String contender, String base, Metric metric) {
    return paired(scene, contender, base, metric, (a, b) -> a - b);
  }

  private double paired(
      Scene scene, String contender, String base, Metric metric, DoubleBinaryOperator with) {
    Map<Integer, Double> theirs = byRound(scene, base, metric);
    List<Double> results = new ArrayList<>();
    byRound(scene, contender, metric)
        .forEach(
            (round, value) -> {
              Double other = theirs.get(round);
              if (other != null) {
                results.add(with.applyAsDouble(value, other));
              }
            });
    return Figures.median(results);
  }

  private Map<Integer, Double> byRound(Scene scene, String contender, Metric metric) {
    Map<Integer, Double> values = new TreeMap<>();
    for (Row row : rows) {
      if (row.scene.equals(scene) && row.contender.equals(contender) && row.metric == metric) {
        values.put(row.round, row.value);
      }
    }
    return values;
  }
}
