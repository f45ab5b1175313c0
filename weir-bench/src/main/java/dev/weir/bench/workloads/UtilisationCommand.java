package dev.weir.bench.workloads;

import dev.weir.bench.report.Figures;
import dev.weir.bench.report.LinePlot;
import dev.weir.bench.report.OptionCheck;
import dev.weir.bench.report.Page;
import dev.weir.bench.report.Plot;
import dev.weir.bench.report.Table;
import dev.weir.bench.report.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weir bench utilisation}: whether connections are idle while callers wait. */
@Command(
    name = "utilisation",
    mixinStandardHelpOptions = true,
    description = "Share of 100 connections in use under 10 to 150 clients.")
public final class UtilisationCommand extends WorkloadCommand {
  private static final double SUSTAINED = 0.98;

  @Option(
      names = "--clients",
      split = ",",
      paramLabel = "CLIENTS",
      defaultValue = "10,25,50,75,100,125,150",
      description = "Numbers of clients; ${DEFAULT-VALUE}.")
  private List<Integer> clients = List.of();

  @Option(
      names = "--connections",
      defaultValue = "100",
      description = "Connections of each pool; ${DEFAULT-VALUE}.")
  private int connections;

  @Option(
      names = "--work",
      paramLabel = "MILLISECONDS",
      defaultValue = "20",
      description = "What the server works for each call; ${DEFAULT-VALUE}.")
  private double work;

  /** With its defaults. */
  public UtilisationCommand() {
    super(LoadOptions.Plan.USUAL);
  }

  @Override
  void check(OptionCheck check) {
    check.allPositive("--clients", clients);
    check.atLeast(1, "--connections", connections);
    check.require(work >= 0, "--work", "0 ms or more");
  }

  @Override
  Results measure(Bed bed) throws InterruptedException {
    int most = clients.stream().mapToInt(Integer::intValue).max().orElseThrow();
    var settings = new PoolSettings(connections, most);
    List<Cell> cells = new ArrayList<>();
    try (var entrants =
        new Entrants(bed.contenders(options.login()).pools(settings, options.against()))) {
      for (int callers : clients) {
        for (Entrant entrant : entrants.all()) {
          cells.add(new Cell(callers + " clients", entrant, callers, LoadOptions.millis(work)));
        }
      }
      bed.measure(connections + " connections", cells);
    }
    return page(cells);
  }

  private Results page(List<Cell> cells) {
    return new Results(
        new Page(
            "Utilisation: no connection idle while a caller waits",
            "Does the pool keep its connections busy? %d connections under %s clients."
                .formatted(connections, Words.list(clients)),
            List.of(
                "Each client makes one call after the other, for which the server works %s ms."
                    .formatted(Words.plain(work)),
                "With fewer clients than connections, clients divided by connections is all that can be used. With more, what is missing to 100 % is the time from one client's release to the moment at which the next has the connection in hand, as the clients see it.",
                "The wait for a connection is arithmetic here: clients beyond the connections, divided by the throughput. No pool can make it shorter."),
            verdicts(cells),
            List.of(
                new Page.Section(
                    "Share of the connections in use",
                    shares(cells),
                    "*Lowest* is what 99 % of samples, one a millisecond, reach."),
                new Page.Section(
                    "All figures",
                    CellTable.of(
                        cells, "clients", cell -> String.valueOf(cell.clients()), Contenders.WEIR),
                    "")),
            Map.of("utilisation", plot(cells)),
            List.of(
                "Calls of different lengths: here all take the same time.",
                "A server that works: this one waits, so that the processors are left to the clients and the pool.")),
        cells);
  }

  private String shares(List<Cell> cells) {
    var table = new Table("clients", "contender", "possible", "used", "lowest");
    for (Cell cell : cells) {
      table.row(
          cell.clients(),
          cell.entrant().name(),
          Figures.percent(Math.min(1, (double) cell.clients() / connections)),
          Figures.percent(cell.median(Measured::utilisation)),
          Figures.percent(cell.median(Measured::utilisationLow)));
    }
    return table.markdown();
  }

  private List<Verdict> verdicts(List<Cell> cells) {
    List<Cell> ours =
        cells.stream().filter(cell -> cell.entrant().name().equals(Contenders.WEIR)).toList();
    Cell busiest = ours.getLast();
    double used = busiest.median(Measured::utilisation);
    double possible = Math.min(1, (double) busiest.clients() / connections);
    return List.of(
        new Verdict(
            "full utilisation sustained, at least %s of the possible, with %d clients on %d connections"
                .formatted(Figures.percent(SUSTAINED), busiest.clients(), connections),
            used >= SUSTAINED * possible,
            "%s on average, %s at the lowest"
                .formatted(
                    Figures.percent(used),
                    Figures.percent(busiest.median(Measured::utilisationLow)))),
        Verdicts.reuse(ours),
        Verdicts.release(ours),
        Verdicts.noFailures(ours));
  }

  private static Plot plot(List<Cell> cells) {
    LinePlot plot =
        Plot.lines("Connections in use by number of clients", "clients", "per cent in use");
    Map<String, SortedMap<Double, Double>> lines = new LinkedHashMap<>();
    for (Cell cell : cells) {
      lines
          .computeIfAbsent(cell.entrant().name(), name -> new TreeMap<>())
          .put((double) cell.clients(), 100 * cell.median(Measured::utilisation));
    }
    lines.forEach(plot::line);
    return plot;
  }
}
