package dev.weir.bench.databases;

import dev.weir.bench.report.Figures;
import dev.weir.bench.report.Page;
import dev.weir.bench.report.Table;
import dev.weir.bench.report.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What the cells say. */
final class DatabasesPage {
  private static final double TIMES = 10;
  private static final double OVERHEAD = 0.2;
  private static final double REUSE = 0.95;

  private final List<Cell> cells;
  private final int connections;
  private final int unpooled;
  private final double reuse;

  /**
   * @param unpooled callers without a pool, against whom ten times as many are measured
   * @param reuse the share of Weir's calls that needed no connection of their own
   */
  DatabasesPage(List<Cell> cells, int connections, int unpooled, double reuse) {
    this.cells = cells;
    this.connections = connections;
    this.unpooled = unpooled;
    this.reuse = reuse;
  }

  Page page(List<String> method) {
    List<Page.Section> sections = new ArrayList<>();
    for (Work work : Work.values()) {
      for (boolean virtual : new boolean[] {false, true}) {
        List<Cell> some =
            cells.stream()
                .filter(c -> c.load().work() == work && c.load().virtual() == virtual)
                .toList();
        if (!some.isEmpty()) {
          String threads = virtual ? "virtual threads" : "platform threads";
          sections.add(new Page.Section(work.title() + ", " + threads, table(some), ""));
        }
      }
    }
    return new Page(
        "Databases: a data source in front of a real PostgreSQL",
        "What do callers get of a database through %d connections, and who gets it?"
            .formatted(connections),
        method,
        verdicts(),
        sections,
        Map.of(),
        List.of(
            "A network: the server is on the same machine and has to share its processors with the callers, so differences between the pools are smaller than where a server waits.",
            "A disk: the server does not wait for one (`fsync` is off)."));
  }

  private String table(List<Cell> some) {
    Table table =
        new Table(
            "callers",
            "source",
            "calls",
            "to HikariCP",
            "p50",
            "p99",
            "p99 to HikariCP",
            "to have a connection",
            "least / most served",
            "failures");
    for (Cell cell : some) {
      Optional<Cell> base = find(Source.HIKARI, cell.load());
      table.row(
          String.valueOf(cell.load().callers()),
          cell.source().name().equals(Source.WEIR)
              ? "**" + Source.WEIR + "**"
              : cell.source().name(),
          Figures.perSecond(cell.median(Callers.Round::perSecond)),
          base.map(b -> Figures.ratio(cell.to(b, Callers.Round::perSecond))).orElse("–"),
          Figures.nanos(cell.median(Callers.Round::p50)),
          Figures.nanos(cell.median(Callers.Round::p99)),
          base.map(b -> Figures.ratio(cell.to(b, Callers.Round::p99))).orElse("–"),
          Figures.nanos(cell.median(Callers.Round::overhead)),
          Figures.plain(cell.median(Callers.Round::evenness)),
          cell.failures());
    }
    return table.markdown();
  }

  private Optional<Cell> find(String source, Cell.Load load) {
    return cells.stream()
        .filter(c -> c.source().name().equals(source) && c.load().equals(load))
        .findFirst();
  }

  private List<Verdict> verdicts() {
    List<Verdict> verdicts = new ArrayList<>();
    for (Cell ours : cells) {
      if (ours.source().name().equals(Source.WEIR)) {
        find(Source.HIKARI, ours.load()).ifPresent(hikari -> againstHikari(ours, hikari, verdicts));
      }
    }
    againstNoPool(verdicts);
    long failures =
        cells.stream()
            .filter(c -> c.source().name().equals(Source.WEIR))
            .mapToLong(Cell::failures)
            .sum();
    verdicts.add(
        new Verdict("no caller ran out of time", failures == 0, failures + " failed calls"));
    verdicts.add(new Verdict("reuse above 95 %", reuse > REUSE, Figures.percent(reuse)));
    return verdicts;
  }

  private static void againstHikari(Cell ours, Cell hikari, List<Verdict> verdicts) {
    double throughput = ours.to(hikari, Callers.Round::perSecond);
    double p99 = ours.to(hikari, Callers.Round::p99);
    double even = ours.median(Callers.Round::evenness);
    double theirs = hikari.median(Callers.Round::evenness);
    String load = ours.load().title();
    verdicts.add(
        new Verdict(
            load + ": throughput at least HikariCP's", throughput >= 1, Figures.ratio(throughput)));
    if (ours.load().callers() > 1) {
      verdicts.add(new Verdict(load + ": p99 below HikariCP's", p99 < 1, Figures.ratio(p99)));
      verdicts.add(
          new Verdict(
              load + ": the least served gets more than with HikariCP",
              even > theirs,
              Figures.plain(even) + " and " + Figures.plain(theirs) + " of the most served"));
    }
  }

  private void againstNoPool(List<Verdict> verdicts) {
    Cell.Load few = new Cell.Load(Work.SELECT, unpooled, false);
    Cell.Load many = new Cell.Load(Work.SELECT, unpooled * 10, false);
    Optional<Cell> without = find(Source.NO_POOL, few);
    Optional<Cell> with = find(Source.WEIR, many);
    Optional<Cell> alike = find(Source.WEIR, few);
    if (without.isPresent() && with.isPresent() && alike.isPresent()) {
      double times = with.get().to(without.get(), Callers.Round::perSecond);
      double overhead = alike.get().to(without.get(), Callers.Round::overhead);
      ToDoubleFunction<Callers.Round> p99 = Callers.Round::p99;
      verdicts.add(
          new Verdict(
              "%d callers get ten times what %d get without a pool"
                  .formatted(many.callers(), few.callers()),
              times >= TIMES,
              "%s, p99 %s and %s"
                  .formatted(
                      Figures.ratio(times),
                      Figures.nanos(with.get().median(p99)),
                      Figures.nanos(without.get().median(p99)))));
      verdicts.add(
          new Verdict(
              "having a connection costs at most a fifth of opening one",
              overhead <= OVERHEAD,
              Figures.ratio(overhead)));
    }
  }
}
