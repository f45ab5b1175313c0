package dev.weir.bench.pools;

import dev.weir.bench.pools.contender.Contender;
import dev.weir.bench.pools.contender.Contender.Trait;
import dev.weir.bench.report.BarPlot;
import dev.weir.bench.report.Figures;
import dev.weir.bench.report.Plot;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** The pictures of a race, by file name. */
final class PoolPlots {
  private PoolPlots() {}

  /** The picture of a scenario on its page. */
  static String file(Scenario scenario) {
    return "pool-" + scenario.id() + ".svg";
  }

  static Map<String, Plot> of(Samples samples, List<Race.Entry> entries, List<Scenario> scenarios) {
    Map<String, Plot> plots = new LinkedHashMap<>();
    for (Scenario scenario : scenarios) {
      List<Race.Entry> ran =
          entries.stream().filter(entry -> samples.has(entry.name(), scenario)).toList();
      if (ran.isEmpty()) {
        continue;
      }
      if (scenario.kind() == Scenario.Kind.SITUATION) {
        BarPlot plot =
            Plot.bars(scenario.title(), "until the last caller knew, in ms").logarithmic();
        plot.format(value -> Figures.nanos(value * 1e6));
        bars(plot, samples, ran, scenario, Metric.LAST_KNEW, 1e-6, 1);
        plots.put(file(scenario), plot);
      } else {
        BarPlot plot = Plot.bars(scenario.title(), "acquires per second").logarithmic();
        bars(plot.format(Figures::perSecond), samples, ran, scenario, Metric.OPS_PER_SECOND, 1, -1);
        plots.put(file(scenario), plot);
      }
      if (scenario.kind() == Scenario.Kind.LOOP) {
        BarPlot plot = Plot.bars(scenario.title() + ": waits", "p99 of the waits, in ms");
        plot.logarithmic().format(value -> Figures.nanos(value * 1e6));
        bars(plot, samples, ran, scenario, Metric.WAIT_P99, 1e-6, 1);
        plots.put("pool-" + scenario.id() + "-p99.svg", plot);
        plots.put("pool-" + scenario.id() + "-even.svg", evenness(samples, ran, scenario));
      }
    }
    return plots;
  }

  private static BarPlot evenness(Samples samples, List<Race.Entry> ran, Scenario scenario) {
    BarPlot plot =
        Plot.bars(scenario.title() + ": evenness", "least served as a share of the most served");
    ToDoubleFunction<Race.Entry> even = e -> samples.evenness(e.name(), scenario);
    groups(
        plot,
        ran,
        e -> -even.applyAsDouble(e),
        e -> plot.bar(e.name(), even.applyAsDouble(e), kind(e)));
    return plot;
  }

  private static void bars(
      BarPlot plot,
      Samples samples,
      List<Race.Entry> ran,
      Scenario scenario,
      Metric metric,
      double unit,
      int direction) {
    groups(
        plot,
        ran,
        e -> direction * samples.median(e.name(), scenario, metric),
        e -> {
          var rounds =
              samples.values(e.name(), scenario, metric).stream()
                  .mapToDouble(value -> value * unit)
                  .summaryStatistics();
          double median = samples.median(e.name(), scenario, metric) * unit;
          plot.bar(e.name(), median, rounds.getMin(), rounds.getMax(), kind(e));
        });
  }

  /** Only what hands out the same can be compared. */
  private static void groups(
      BarPlot plot,
      List<Race.Entry> ran,
      ToDoubleFunction<Race.Entry> order,
      Consumer<Race.Entry> draw) {
    for (Contender.Kind kind : Contender.Kind.values()) {
      List<Race.Entry> group =
          ran.stream()
              .filter(e -> e.contender().kind() == kind)
              .sorted(Comparator.comparingDouble(order))
              .toList();
      if (!group.isEmpty()) {
        plot.group(kind == Contender.Kind.OBJECT ? "objects" : "JDBC connections in a wrapper");
        group.forEach(draw);
      }
    }
  }

  private static BarPlot.Kind kind(Race.Entry entry) {
    if (entry.contender().is(Trait.OURS)) {
      return BarPlot.Kind.OURS;
    }
    return entry.contender().is(Trait.BASELINE) ? BarPlot.Kind.BASELINE : BarPlot.Kind.OTHERS;
  }
}
