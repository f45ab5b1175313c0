package dev.weir.bench.pools;

import dev.weir.bench.pools.contender.Contender;
import dev.weir.bench.pools.contender.Contender.Kind;
import dev.weir.bench.pools.contender.Contender.Trait;
import dev.weir.bench.report.Figures;
import dev.weir.bench.report.Machine;
import dev.weir.bench.report.Table;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The page of a race: the verdict, then a table of ratios for each scenario. */
final class PoolPage {
  private static final String HOW =
      """
      ## How

      In each round every contender has its turn, in a JVM of its own that runs nothing else, and the order turns around from round to round:
      what the machine does meanwhile hits all alike. The JVM compiles in the foreground, so that warming up is a matter of calls and not of time. Figures are medians over the rounds. A ratio is taken within each round, and then the median
      of the ratios; in brackets the lowest and the highest. Situations run once. *time* is the window divided by all operations in it; *cpu* what the
      callers spent on a processor, which other programs disturb less: the verdict on one thread takes it.

      All pools are full before the first call (situations: empty), with the same bounds and a timeout of 30 s, without leak detection, metrics,
      statement cache and test on borrow, and otherwise as their makers ship them. Connections do nothing, so what is left is the pool.
      Contenders that hand out an object are compared with `weir`; those that hand out a JDBC connection in a wrapper with `weir-jdbc`, which is
      Weir with a wrapper by hand. `queue`, `lock`, `cas-pair` and `noop` are no pools but marks to read the others by. Jetty's pool has no waiting of its own:
      its adapter polls.

      Scenarios a to d1 run in JMH; the others in a closed loop that times each acquire. A wait that is not over at the end counts with what it has
      lasted. *even* is what the least served caller got, as a share of what the most served got; *starved* are callers with less than a tenth of
      the mean. *late* is by how much a virtual thread came late that only sleeps a millisecond at a time.

      ## Where Weir falls short

      One thread, and a few with connections to spare: Stormpot gives an object back with a plain store, which needs nobody to be woken and nobody to give
      back twice. Weir's leases end once, whoever closes them and however often, for which two compare-and-sets are the least: `cas-pair` is these
      two and nothing else, so what lies between it and `weir` is Weir's own, and what lies between it and Stormpot is the price of the promise
      ([decision 5](../adr/0005-a-lease-costs-two-compare-and-sets.md)). With more callers than connections and nothing held, the same again, and callers that have to be woken
      in turn besides: Stormpot's poll.

      ## What this does not show

      A network, a database, statements; a machine with many cores, where shared words cost more; a quiet machine: absolute times are for
      orientation, ratios hold. Two runs on a shared machine differ by a few percent, and by more where many threads nearly idle.
      """;

  private final Samples samples;
  private final List<Race.Entry> entries;
  private final List<Scenario> scenarios;

  PoolPage(Samples samples, List<Race.Entry> entries, List<Scenario> scenarios) {
    this.samples = samples;
    this.entries = entries;
    this.scenarios = scenarios;
  }

  String markdown(String command, Race.Plan plan, Machine machine, String took) {
    StringBuilder page = new StringBuilder("# The race of pools\n\n");
    page.append("Written by `").append(command).append("`; no figure is typed in by hand. ");
    page.append("Raw data: [pool.json](pool.json).\n\n");
    page.append("- Machine: ").append(machine.describe()).append('\n');
    if (machine.load() > machine.cores() / 2.0) {
      page.append(
          "- **The machine was busy with other things:** take no absolute figure from here.\n");
    }
    page.append(
        "- Rounds: %d, window %d ms, warm-up %d ms; the race took %s\n"
            .formatted(plan.rounds(), plan.window().toMillis(), plan.warmUp().toMillis(), took));
    page.append("- Contenders: ").append(String.join(", ", versions().values())).append("\n\n");
    page.append("## Verdict\n\n").append(verdicts(machine.cores())).append('\n');
    for (Scenario scenario : scenarios) {
      String tables = tables(scenario);
      if (!tables.isEmpty()) {
        page.append("## ").append(scenario.id()).append(": ").append(scenario.title());
        page.append("\n\n").append(tables);
        page.append("![").append(scenario.title()).append("](");
        page.append(PoolPlots.file(scenario)).append(")\n\n");
      }
    }
    return page.append(HOW).toString();
  }

  /** By name, the jar. */
  Map<String, String> versions() {
    Map<String, String> versions = new LinkedHashMap<>();
    entries.forEach(entry -> versions.put(entry.name(), entry.contender().product()));
    return versions;
  }

  String verdicts(int cores) {
    List<Contender> contenders = entries.stream().map(Race.Entry::contender).toList();
    Table table = new Table("scenario", "target", "measured", "");
    for (Verdicts.Verdict verdict : Verdicts.of(samples, contenders, scenarios, cores)) {
      String reached =
          verdict.reached().map(yes -> yes ? "reached" : "**not reached**").orElse("not measured");
      table.row(verdict.scenario(), verdict.target(), verdict.figures(), reached);
    }
    return table.markdown();
  }

  /** The scenario's tables, one for each kind of contender; empty when nobody ran it. */
  String tables(Scenario scenario) {
    StringBuilder text = new StringBuilder();
    for (Kind kind : Kind.values()) {
      List<Race.Entry> ran =
          entries.stream()
              .filter(entry -> entry.contender().kind() == kind)
              .filter(entry -> samples.has(entry.name(), scenario))
              .sorted(order(scenario))
              .toList();
      if (!ran.isEmpty()) {
        Table table = new Table(columns(scenario, kind));
        ran.forEach(entry -> table.row(cells(entry, scenario, kind)));
        text.append(table.markdown()).append('\n');
      }
    }
    return text.toString();
  }

  private Comparator<Race.Entry> order(Scenario scenario) {
    return scenario.kind() == Scenario.Kind.SITUATION
        ? Comparator.comparingDouble(e -> samples.median(e.name(), scenario, Metric.LAST_KNEW))
        : Comparator.comparingDouble(
            e -> -samples.median(e.name(), scenario, Metric.OPS_PER_SECOND));
  }

  private static String base(Kind kind) {
    return kind == Kind.OBJECT ? "weir" : "weir-jdbc";
  }

  private static String[] columns(Scenario scenario, Kind kind) {
    String ratio = "throughput / " + base(kind);
    return switch (scenario.kind()) {
      case FAST, STATEMENT ->
          new String[] {
            kind(kind), ratio, "ops", "time", "cpu per op", "bytes per op", "even", "starved"
          };
      case LOOP ->
          new String[] {
            kind(kind), ratio, "ops", "p50", "p95", "p99", "max", "even", "starved", "cores", "late"
          };
      case SITUATION ->
          new String[] {kind(kind), "first knew", "last knew", "served", "told the cause"};
    };
  }

  private static String kind(Kind kind) {
    return kind == Kind.OBJECT ? "object" : "JDBC";
  }

  private Object[] cells(Race.Entry entry, Scenario scenario, Kind kind) {
    String name = entry.name();
    double ops = samples.median(name, scenario, Metric.OPS_PER_SECOND);
    String shown = entry.contender().is(Trait.OURS) ? "**" + name + "**" : name;
    String ratio = ratio(samples.ratios(name, base(kind), scenario, Metric.OPS_PER_SECOND));
    String even = Figures.plain(samples.evenness(name, scenario));
    String starved = Figures.percent(samples.median(name, scenario, Metric.STARVED));
    return switch (scenario.kind()) {
      case FAST, STATEMENT ->
          new Object[] {
            shown,
            ratio,
            Figures.perSecond(ops),
            Figures.nanos(1e9 / ops),
            nanos(name, scenario, Metric.CPU_PER_OP),
            Figures.plain(samples.median(name, scenario, Metric.BYTES_PER_OP)),
            even,
            starved
          };
      case LOOP ->
          new Object[] {
            shown,
            ratio,
            Figures.perSecond(ops),
            nanos(name, scenario, Metric.WAIT_P50),
            nanos(name, scenario, Metric.WAIT_P95),
            nanos(name, scenario, Metric.WAIT_P99),
            nanos(name, scenario, Metric.WAIT_MAX),
            even,
            starved,
            Figures.plain(samples.median(name, scenario, Metric.CORES)),
            nanos(name, scenario, Metric.HEARTBEAT_MAX)
          };
      case SITUATION ->
          new Object[] {
            shown,
            nanos(name, scenario, Metric.FIRST_KNEW),
            nanos(name, scenario, Metric.LAST_KNEW),
            Figures.plain(samples.median(name, scenario, Metric.SERVED)),
            Figures.plain(samples.median(name, scenario, Metric.TOLD_THE_CAUSE))
          };
    };
  }

  private String nanos(String name, Scenario scenario, Metric metric) {
    return Figures.nanos(samples.median(name, scenario, metric));
  }

  private static String ratio(List<Double> ratios) {
    if (ratios.isEmpty()) {
      return "–";
    }
    double low = ratios.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    double high = ratios.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    String middle = Figures.plain(Figures.median(ratios));
    return low == high
        ? middle
        : "%s (%s–%s)".formatted(middle, Figures.plain(low), Figures.plain(high));
  }
}
