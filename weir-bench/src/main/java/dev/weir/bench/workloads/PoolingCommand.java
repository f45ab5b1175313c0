package dev.weir.bench.workloads;

import dev.weir.bench.report.Figures;
import dev.weir.bench.report.LinePlot;
import dev.weir.bench.report.OptionCheck;
import dev.weir.bench.report.Page;
import dev.weir.bench.report.Plot;
import dev.weir.bench.report.Verdict;
import dev.weir.bench.workloads.loopback.Login;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weir bench pooling}: a pool against a connection for each call. */
@Command(
    name = "pooling",
    mixinStandardHelpOptions = true,
    description = "A pool against a connection for each call, under 1 to 200 clients.")
public final class PoolingCommand extends WorkloadCommand {
  private static final double TIMES = 2;
  private static final int JUDGED = 100;

  @Option(
      names = "--clients",
      split = ",",
      paramLabel = "CLIENTS",
      defaultValue = "1,10,50,100,200",
      description = "Numbers of clients; ${DEFAULT-VALUE}.")
  private List<Integer> clients = List.of();

  @Option(
      names = "--connections",
      defaultValue = "50",
      description = "Connections of each pool; ${DEFAULT-VALUE}.")
  private int connections;

  @Option(
      names = "--work",
      paramLabel = "MILLISECONDS",
      defaultValue = "1",
      description = "What the server works for each call; ${DEFAULT-VALUE}.")
  private double work;

  /** With its defaults. */
  public PoolingCommand() {
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
    List<Cell> database = new ArrayList<>();
    List<Cell> bare = new ArrayList<>();
    Contenders costly = bed.contenders(options.login());
    Contenders cheap = bed.contenders(Login.BARE);
    int most = clients.stream().mapToInt(Integer::intValue).max().orElseThrow();
    var settings = new PoolSettings(connections, most);
    List<Entrant> all = new ArrayList<>(costly.pools(settings, options.against()));
    all.add(costly.noPool());
    try (var entrants = new Entrants(all)) {
      line(entrants, "login", database);
      bed.measure("with a login", database);
    }
    try (var entrants = new Entrants(List.of(cheap.weir(settings), cheap.noPool()))) {
      line(entrants, "connect", bare);
      bed.measure("without a login", bare);
    }
    return page(database, bare);
  }

  private void line(Entrants entrants, String scene, List<Cell> cells) {
    for (int callers : clients) {
      for (Entrant entrant : entrants.all()) {
        cells.add(
            new Cell(
                scene + ", " + callers + " clients", entrant, callers, LoadOptions.millis(work)));
      }
    }
  }

  private Results page(List<Cell> database, List<Cell> bare) {
    List<Cell> all = new ArrayList<>(database);
    all.addAll(bare);
    return new Results(
        new Page(
            "Pooling: against a connection for each call",
            "What does a pool of %d connections gain over opening one for each call, under %s clients?"
                .formatted(connections, Words.list(clients)),
            List.of(
                "Each client makes one call after the other, for which the server works %s ms."
                    .formatted(Words.plain(work)),
                "*With a login*: TCP connect, three round trips, %d rounds of a password hash in the client, and %d ms until the server has set up the session; what a login to a database costs. *Without*: TCP connect and one round trip, the least that a protocol can ask for."
                    .formatted(options.login().rounds(), options.login().setUp().toMillis()),
                "Without a pool, *acquire* is the opening and *release* the closing of a connection."),
            verdicts(database, bare),
            List.of(
                section(
                    "With a login",
                    database,
                    "The ratio is to the same number of clients without a pool."),
                section("Without a login", bare, "")),
            plots(database, bare),
            List.of(
                "What a server pays for many connections: without a pool there are as many as clients, %d at most here."
                    .formatted(clients.getLast()),
                "A network: round trips over the loopback interface take microseconds, so a login costs more anywhere else.",
                "Encryption, which would cost each login more.")),
        all);
  }

  private static Page.Section section(String heading, List<Cell> cells, String note) {
    return new Page.Section(
        heading,
        CellTable.of(cells, "clients", cell -> String.valueOf(cell.clients()), Contenders.NO_POOL),
        note);
  }

  private List<Verdict> verdicts(List<Cell> database, List<Cell> bare) {
    int judged = clients.contains(JUDGED) ? JUDGED : clients.getLast();
    double gain = gain(database, "login, " + judged + " clients");
    double least = gain(bare, "connect, " + judged + " clients");
    List<Cell> ours = new ArrayList<>(database);
    ours.addAll(bare);
    ours.removeIf(cell -> !cell.entrant().name().equals(Contenders.WEIR));
    return List.of(
        new Verdict(
            "at least twice the throughput of no pool with %d clients".formatted(judged),
            gain >= TIMES,
            "%s with a login, %s without".formatted(Figures.ratio(gain), Figures.ratio(least))),
        Verdicts.reuse(ours),
        Verdicts.release(ours),
        Verdicts.noFailures(ours));
  }

  private static double gain(List<Cell> cells, String scene) {
    return CellTable.find(cells, scene, Contenders.WEIR)
        .perSecondTo(CellTable.find(cells, scene, Contenders.NO_POOL));
  }

  private static Map<String, Plot> plots(List<Cell> database, List<Cell> bare) {
    Map<String, Plot> plots = new LinkedHashMap<>();
    plots.put("pooling", plot("Throughput with a login for each connection", database));
    plots.put("pooling-bare", plot("Throughput without a login", bare));
    return plots;
  }

  private static Plot plot(String title, List<Cell> cells) {
    LinePlot plot = Plot.lines(title, "clients", "calls per second").logX().logY();
    Map<String, SortedMap<Double, Double>> lines = new LinkedHashMap<>();
    for (Cell cell : cells) {
      lines
          .computeIfAbsent(cell.entrant().name(), name -> new TreeMap<>())
          .put((double) cell.clients(), cell.perSecond());
    }
    lines.forEach(plot::line);
    return plot;
  }
}
