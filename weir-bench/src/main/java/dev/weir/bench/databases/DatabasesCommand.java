package dev.weir.bench.databases;

import dev.weir.bench.report.CommandText;
import dev.weir.bench.report.Machine;
import dev.weir.bench.report.OptionCheck;
import dev.weir.bench.report.Page;
import dev.weir.bench.report.PageWriter;
import dev.weir.bench.report.RawData;
import dev.weir.bench.workloads.Window;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weir bench databases}: data sources in front of a real PostgreSQL. */
@Command(
    name = "databases",
    mixinStandardHelpOptions = true,
    description = "weir-jdbc beside HikariCP, Agroal and no pool, in front of a real PostgreSQL.")
public final class DatabasesCommand implements Callable<Integer> {
  private static final int UNPOOLED = 10;

  @Option(names = "--quick", description = "One short round: shows that it works, proves nothing.")
  private boolean quick;

  @Option(
      names = "--callers",
      split = ",",
      paramLabel = "CALLERS",
      defaultValue = "1,10,50,100,200",
      description = "Numbers of callers; ${DEFAULT-VALUE}.")
  private List<Integer> callers = List.of();

  @Option(
      names = "--connections",
      defaultValue = "10",
      description = "Connections of each pool; ${DEFAULT-VALUE}.")
  private int connections;

  @Option(names = "--rounds", description = "Times that everything is measured; 5; quick: 1.")
  private @Nullable Integer rounds;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where page and raw data go; docs/benchmarks, quick: nowhere.")
  private @Nullable Path out;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    CommandSpec command = Objects.requireNonNull(spec);
    OptionCheck check = new OptionCheck(command);
    check.allPositive("--callers", callers);
    check.atLeast(1, "--connections", connections);
    check.atLeast(1, "--rounds", rounds());
    PrintWriter terminal = command.commandLine().getOut();
    Machine machine = Machine.now();
    List<Cell> cells = new ArrayList<>();
    Page page;
    try (Database database = Database.start()) {
      page = measure(database, cells, command.commandLine().getErr());
    }
    for (Page.Section section : page.sections()) {
      terminal.println(section.heading() + "\n\n" + section.table());
    }
    page.verdicts().forEach(verdict -> terminal.println(verdict.line()));
    Path directory = out != null ? out : quick ? null : Path.of("docs", "benchmarks");
    if (directory != null) {
      String line = CommandText.of(command);
      RawData raw = new RawData(line, machine);
      cells.forEach(cell -> cell.rows().forEach(raw::row));
      new PageWriter("databases", line, machine, quick).write(page, raw, directory);
      terminal.println("written: " + directory.resolve("databases.md"));
    }
    return ExitCode.OK;
  }

  private int rounds() {
    return rounds != null ? rounds : quick ? 1 : 5;
  }

  private Page measure(Database database, List<Cell> cells, PrintWriter progress) throws Exception {
    List<Source> pools = Source.pools(database, connections);
    try {
      Source noPool = Source.noPool(database);
      for (Work work : Work.values()) {
        for (boolean virtual : new boolean[] {false, true}) {
          for (int count : callers) {
            Cell.Load load = new Cell.Load(work, count, virtual);
            pools.forEach(pool -> cells.add(new Cell(pool, load)));
            if (count == UNPOOLED) {
              cells.add(new Cell(noPool, load));
            }
          }
        }
      }
      Duration warmUp = Duration.ofMillis(quick ? 100 : 300);
      Duration length = Duration.ofMillis(quick ? 200 : 700);
      run(cells, progress, warmUp, length);
      Source weir = pools.get(0);
      long calls =
          cells.stream().filter(cell -> cell.source() == weir).mapToLong(Cell::calls).sum();
      double reuse = 1 - (double) weir.opened().getAsLong() / calls;
      return new DatabasesPage(cells, connections, UNPOOLED, reuse)
          .page(
              List.of(
                  "%d rounds, each with %d ms of warm-up and a window of %d ms, the order of the sources turned round each time; the tables have the median of the rounds, ratios the median of the ratios within each round, failures their sum."
                      .formatted(rounds(), warmUp.toMillis(), length.toMillis()),
                  "*To have a connection* is what a call spends on getting one and giving it back, its wait for other callers included; *least / most served* the calls of the caller with the fewest, divided by those of the one with the most.",
                  "*No pool* is a connection for each call, measured for %d callers."
                      .formatted(UNPOOLED),
                  "The server: " + database.version() + ", with its defaults but for 300 places."));
    } finally {
      pools.forEach(Source::close);
    }
  }

  private void run(List<Cell> cells, PrintWriter progress, Duration warmUp, Duration length)
      throws InterruptedException {
    List<Cell> order = new ArrayList<>(cells);
    // Once without counting: code that has never run is slow for everybody who comes first.
    for (Cell cell : order) {
      Callers.run(
          cell.source(),
          cell.load().work(),
          cell.load().callers(),
          cell.load().virtual(),
          Window.after(Duration.ZERO, warmUp));
    }
    for (int round = 1; round <= rounds(); round++) {
      for (Cell cell : order) {
        cell.measure(Window.after(warmUp, length));
      }
      progress.println("round " + round + " of " + rounds());
      Collections.reverse(order);
    }
  }
}
