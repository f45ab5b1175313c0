package dev.weir.bench.workloads;

import dev.weir.bench.report.BarPlot;
import dev.weir.bench.report.Figures;
import dev.weir.bench.report.LinePlot;
import dev.weir.bench.report.OptionCheck;
import dev.weir.bench.report.Page;
import dev.weir.bench.report.Plot;
import dev.weir.bench.report.Table;
import dev.weir.bench.report.Verdict;
import dev.weir.pool.Selection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weir bench strategies}: what it costs, and what it does, to choose otherwise. */
@Command(
    name = "strategies",
    mixinStandardHelpOptions = true,
    description = "The selection strategies side by side, and how they spread calls.")
public final class StrategiesCommand extends WorkloadCommand {
  private static final double SPREAD = 0.10;

  /** The first strategy a second time: what it differs by is chance. */
  private static final String AGAIN = " again";

  @Option(
      names = "--connections",
      defaultValue = "20",
      description = "Connections of each pool; ${DEFAULT-VALUE}.")
  private int connections;

  @Option(
      names = "--clients",
      defaultValue = "10",
      description = "Clients where there are connections for all; ${DEFAULT-VALUE}.")
  private int clients;

  @Option(
      names = "--more-clients",
      defaultValue = "30",
      description = "Clients where there are not; ${DEFAULT-VALUE}.")
  private int moreClients;

  @Option(
      names = "--work",
      paramLabel = "MILLISECONDS",
      defaultValue = "2",
      description = "What the server works for each call; ${DEFAULT-VALUE}.")
  private double work;

  /** What the strategies are compared under. */
  private record Scene(String name, String file, int clients, double work) {}

  /** With its defaults. */
  public StrategiesCommand() {
    super(LoadOptions.Plan.FINE);
  }

  @Override
  void check(OptionCheck check) {
    check.atLeast(1, "--clients", clients);
    check.atLeast(1, "--more-clients", moreClients);
    check.atLeast(1, "--connections", connections);
    check.require(work >= 0, "--work", "0 ms or more");
  }

  @Override
  Results measure(Bed bed) throws InterruptedException {
    List<Scene> scenes =
        List.of(
            new Scene("connections to choose from", "strategies", clients, work),
            new Scene("a line of callers", "strategies-line", moreClients, work),
            new Scene("answers at once", "strategies-at-once", clients, 0));
    List<Cell> cells = new ArrayList<>();
    for (Scene scene : scenes) {
      // Pools of their own for each scene: so the uses of connections can be told apart.
      try (var entrants = new Entrants(entrants(bed, scene))) {
        List<Cell> here = new ArrayList<>();
        for (Entrant entrant : entrants.all()) {
          here.add(new Cell(scene.name, entrant, scene.clients, LoadOptions.millis(scene.work)));
        }
        bed.measure(scene.name, here);
        cells.addAll(here);
      }
    }
    return page(scenes, cells);
  }

  private List<Entrant> entrants(Bed bed, Scene scene) {
    Contenders contenders = bed.contenders(options.login());
    var settings = new PoolSettings(connections, scene.clients);
    List<Entrant> entrants = new ArrayList<>();
    Strategies.all()
        .forEach(
            (name, strategy) ->
                entrants.add(
                    contenders.weir(name, settings, builder -> builder.strategy(strategy))));
    Map.Entry<String, Selection> first = Strategies.all().entrySet().iterator().next();
    entrants.add(
        contenders.weir(
            first.getKey() + AGAIN, settings, builder -> builder.strategy(first.getValue())));
    if (options.against().contains(Contenders.COMMONS)) {
      entrants.add(contenders.commons(Contenders.COMMONS + " lifo", settings, true));
      entrants.add(contenders.commons(Contenders.COMMONS + " fifo", settings, false));
    }
    if (options.against().contains(Contenders.STORMPOT)) {
      entrants.add(contenders.stormpot(settings));
    }
    return entrants;
  }

  private Results page(List<Scene> scenes, List<Cell> cells) {
    Map<String, Plot> plots = new LinkedHashMap<>();
    List<Page.Section> sections = new ArrayList<>();
    for (Scene scene : scenes) {
      List<Cell> here = of(scene, cells);
      String heading =
          "%s: %d clients on %d connections, %s ms of work"
              .formatted(
                  Character.toUpperCase(scene.name.charAt(0)) + scene.name.substring(1),
                  scene.clients,
                  connections,
                  Words.plain(scene.work));
      plots.put(scene.file, throughput(heading, here));
      sections.add(
          new Page.Section(
              heading,
              CellTable.of(
                  here,
                  "clients",
                  cell -> String.valueOf(cell.clients()),
                  here.getFirst().entrant().name()),
              ""));
    }
    Scene choice = scenes.getFirst();
    plots.put("strategies-uses", uses(choice, cells));
    sections.add(
        new Page.Section(
            "How calls spread over the connections: " + choice.name,
            spread(of(choice, cells)),
            "Calls that a connection has carried, from the first call on."));
    return new Results(
        new Page(
            "Strategies: which connection a caller gets",
            "What does it cost, and what does it do, to choose another connection than the last that came back?",
            List.of(
                "Three scenes: clients that find several free connections; more clients than connections, where there is seldom a choice; and a server that answers at once, where the pool's own work weighs most.",
                "The first strategy takes part twice: what it differs from itself by is chance, and so is as much of any other difference.",
                "The other pools take part with the orders that they have.",
                "Lines in the bars go from the lowest to the highest round."),
            verdicts(scenes, cells),
            sections,
            plots,
            List.of(
                "What a strategy is chosen for: servers under different load, state kept by a connection, connections that age unused. All connections are equal here.")),
        cells);
  }

  private List<Verdict> verdicts(List<Scene> scenes, List<Cell> cells) {
    List<Verdict> verdicts = new ArrayList<>();
    List<Cell> ours = ours(cells);
    for (Scene scene : scenes) {
      List<Cell> here = of(scene, ours);
      var ratios =
          here.stream().mapToDouble(cell -> cell.perSecondTo(here.getFirst())).summaryStatistics();
      double chance = chance(scene, cells);
      double spread = 1 - ratios.getMin() / ratios.getMax();
      verdicts.add(
          new Verdict(
              "throughput of the %d strategies within 10 %%, %s".formatted(here.size(), scene.name),
              outcome(here.size() > 1 && spread <= SPREAD, chance),
              "%s between the slowest, %s of %s's, and the fastest, %s; %s differs from itself by %s"
                  .formatted(
                      Figures.percent(spread),
                      Figures.ratio(ratios.getMin()),
                      here.getFirst().entrant().name(),
                      Figures.ratio(ratios.getMax()),
                      here.getFirst().entrant().name(),
                      Figures.percent(chance))));
    }
    verdicts.add(Verdicts.acquire(ours));
    verdicts.add(Verdicts.release(ours));
    verdicts.add(Verdicts.reuse(ours));
    verdicts.add(Verdicts.noFailures(ours));
    return verdicts;
  }

  /** Where chance makes a difference as large as the target's, neither outcome says anything. */
  private static Verdict.Outcome outcome(boolean reached, double chance) {
    if (chance > SPREAD) {
      return Verdict.Outcome.UNDECIDED;
    }
    return reached ? Verdict.Outcome.REACHED : Verdict.Outcome.NOT_REACHED;
  }

  private static double chance(Scene scene, List<Cell> cells) {
    Cell first = ours(of(scene, cells)).getFirst();
    Cell again = CellTable.find(cells, scene.name, first.entrant().name() + AGAIN);
    return Math.abs(1 - again.perSecondTo(first));
  }

  private static List<Cell> ours(List<Cell> cells) {
    return cells.stream()
        .filter(cell -> Strategies.all().containsKey(cell.entrant().name()))
        .toList();
  }

  private static List<Cell> of(Scene scene, List<Cell> cells) {
    return cells.stream().filter(cell -> cell.scene().equals(scene.name)).toList();
  }

  private static String spread(List<Cell> cells) {
    var table = new Table("contender", "most", "median", "least", "connections never used");
    for (Cell cell : cells) {
      long[] calls = ascending(cell);
      table.row(
          cell.entrant().name(),
          calls[calls.length - 1],
          calls[calls.length / 2],
          calls[0],
          Arrays.stream(calls).filter(count -> count == 0).count());
    }
    return table.markdown();
  }

  private static Plot throughput(String title, List<Cell> cells) {
    BarPlot plot = Plot.bars(title, "calls per second").format(Figures::perSecond);
    for (Cell cell : cells) {
      plot.bar(
          cell.entrant().name(),
          cell.perSecond(),
          cell.lowest(Measured::perSecond),
          cell.highest(Measured::perSecond),
          isWeir(cell) ? BarPlot.Kind.OURS : BarPlot.Kind.OTHERS);
    }
    return plot;
  }

  private static Plot uses(Scene scene, List<Cell> cells) {
    LinePlot plot =
        Plot.lines(
            "Calls carried by each connection: " + scene.name,
            "connections, the most used first",
            "calls");
    for (Cell cell : of(scene, ours(cells))) {
      SortedMap<Double, Double> points = new TreeMap<>();
      long[] calls = ascending(cell);
      for (int i = 0; i < calls.length; i++) {
        points.put((double) (calls.length - i), (double) calls[i]);
      }
      plot.line(cell.entrant().name(), points);
    }
    return plot;
  }

  private static boolean isWeir(Cell cell) {
    String name = cell.entrant().name();
    return Strategies.all().containsKey(name) || name.endsWith(AGAIN);
  }

  private static long[] ascending(Cell cell) {
    long[] calls = cell.entrant().callsPerConnection();
    Arrays.sort(calls);
    return calls;
  }
}
