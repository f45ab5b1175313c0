package dev.weir.bench.workloads;

import dev.weir.bench.report.Figures;
import dev.weir.bench.report.LinePlot;
import dev.weir.bench.report.OptionCheck;
import dev.weir.bench.report.Page;
import dev.weir.bench.report.Plot;
import dev.weir.bench.report.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weir bench scaling}: throughput by the size of the pool. */
@Command(
    name = "scaling",
    mixinStandardHelpOptions = true,
    description = "Throughput of pools of 10 to 1,000 connections.")
public final class ScalingCommand extends WorkloadCommand {
  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "SIZE",
      defaultValue = "10,25,50,100,250,500,1000",
      description = "Connections of each pool; ${DEFAULT-VALUE}.")
  private List<Integer> sizes = List.of();

  @Option(
      names = "--clients",
      paramLabel = "PER_CONNECTION",
      defaultValue = "1.5",
      description = "Clients for each connection; ${DEFAULT-VALUE}.")
  private double clients;

  @Option(
      names = "--work",
      paramLabel = "MILLISECONDS",
      defaultValue = "100",
      description = "What the server works for each call; ${DEFAULT-VALUE}.")
  private double work;

  /** Clients of the control, for each connection. */
  private static final int CROWD = 15;

  /** With its defaults. */
  public ScalingCommand() {
    super(LoadOptions.Plan.USUAL);
  }

  @Override
  void check(OptionCheck check) {
    check.allPositive("--sizes", sizes);
    check.require(clients > 0, "--clients", "more than 0");
    check.require(work > 0, "--work", "more than 0 ms");
  }

  @Override
  Results measure(Bed bed) throws InterruptedException {
    List<Cell> cells = new ArrayList<>();
    List<Cell> control = new ArrayList<>();
    for (int size : sizes) {
      measure(bed, size, cells, control);
    }
    return page(cells, control);
  }

  /** The contenders of one size share the rounds; their connections are closed before the next. */
  private void measure(Bed bed, int size, List<Cell> cells, List<Cell> control)
      throws InterruptedException {
    boolean smallest = size == sizes.getFirst();
    int callers = Math.max(1, (int) Math.round(size * clients));
    var settings = new PoolSettings(size, Math.max(callers, size * CROWD));
    Duration span = LoadOptions.millis(work);
    List<Cell> here = new ArrayList<>();
    try (var entrants =
        new Entrants(bed.contenders(options.login()).pools(settings, options.against()))) {
      for (Entrant entrant : entrants.all()) {
        here.add(new Cell("size " + size, entrant, callers, span));
      }
      cells.addAll(here);
      if (smallest) {
        Cell crowd = new Cell("control", entrants.all().getFirst(), size * CROWD, span);
        here.add(crowd);
        control.addAll(List.of(here.getFirst(), crowd));
      }
      bed.measure(size + " connections", here);
    }
  }

  private Results page(List<Cell> cells, List<Cell> control) {
    Map<String, Plot> plots = new LinkedHashMap<>();
    plots.put("scaling", plot(cells));
    List<Cell> all = new ArrayList<>(cells);
    all.add(control.getLast());
    return new Results(
        new Page(
            "Scaling: throughput by pool size",
            "Does a larger pool serve more? Pools of %s connections, %s clients for each connection."
                .formatted(Words.list(sizes), Words.plain(clients)),
            List.of(
                "Each client makes one call after the other, for which the server works %s ms; so a connection can carry %s calls a second at most."
                    .formatted(Words.plain(work), Words.plain(1000 / work)),
                "The contenders of one size are measured in turn, one size after the other. All connections are open before the first round.",
                "The wait for a connection is mostly arithmetic: with %s clients for a connection, each call waits for others' calls."
                    .formatted(Words.plain(clients))),
            verdicts(cells),
            List.of(
                new Page.Section(
                    "By size",
                    CellTable.of(
                        cells,
                        "connections",
                        cell -> String.valueOf(cell.entrant().size()),
                        Contenders.WEIR),
                    ""),
                new Page.Section(
                    "Control: more clients, the same pool",
                    CellTable.of(
                        control,
                        "clients",
                        cell -> String.valueOf(cell.clients()),
                        Contenders.WEIR),
                    "It is the size of the pool that lets throughput grow, not the number of clients. With so many, not every client has its turn within a window.")),
            plots,
            List.of(
                "A server that slows down as connections are added: this one does not, a database does.",
                "More than the processors of this machine can carry: client and server share them, and the largest sizes come near.")),
        all);
  }

  private List<Verdict> verdicts(List<Cell> cells) {
    List<Cell> ours =
        cells.stream().filter(cell -> cell.entrant().name().equals(Contenders.WEIR)).toList();
    boolean grows = true;
    for (int i = 1; i < ours.size(); i++) {
      grows &= ours.get(i).perSecond() > ours.get(i - 1).perSecond();
    }
    Cell first = ours.getFirst();
    Cell last = ours.getLast();
    return List.of(
        new Verdict(
            "throughput grows with every step of the size",
            grows,
            "from %s at %d connections to %s at %d, %s; %s would be in proportion"
                .formatted(
                    Figures.perSecond(first.perSecond()),
                    first.entrant().size(),
                    Figures.perSecond(last.perSecond()),
                    last.entrant().size(),
                    Figures.ratio(last.perSecond() / first.perSecond()),
                    Figures.ratio((double) last.entrant().size() / first.entrant().size()))),
        Verdicts.reuse(ours),
        Verdicts.release(ours),
        Verdicts.noFailures(ours));
  }

  private static Plot plot(List<Cell> cells) {
    LinePlot plot =
        Plot.lines("Throughput by pool size", "connections", "calls per second").logX().logY();
    Map<String, SortedMap<Double, Double>> lines = new LinkedHashMap<>();
    for (Cell cell : cells) {
      lines
          .computeIfAbsent(cell.entrant().name(), name -> new TreeMap<>())
          .put((double) cell.entrant().size(), cell.perSecond());
    }
    lines.forEach(plot::line);
    return plot;
  }
}
