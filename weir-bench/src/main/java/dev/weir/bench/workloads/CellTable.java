package dev.weir.bench.workloads;

import dev.weir.bench.report.Figures;
import dev.weir.bench.report.Table;
import java.util.List;
import java.util.function.Function;

/** The columns that every workload shows. */
final class CellTable {
  private CellTable() {}

  /**
   * @param first the heading of the first column
   * @param label what stands in it
   * @param base the contender, in the same scene, whose throughput the others' is divided by
   */
  static String of(List<Cell> cells, String first, Function<Cell, String> label, String base) {
    var table =
        new Table(
            first,
            "contender",
            "calls",
            "to " + base,
            "p50",
            "p95",
            "p99",
            "acquire mean",
            "acquire p99",
            "release p99",
            "processor",
            "utilisation",
            "least / most served",
            "reuse",
            "failures");
    for (Cell cell : cells) {
      table.row(
          label.apply(cell),
          cell.entrant().name(),
          Figures.perSecond(cell.perSecond()),
          Figures.ratio(cell.perSecondTo(find(cells, cell.scene(), base))),
          Figures.nanos(cell.median(Measured::p50)),
          Figures.nanos(cell.median(Measured::p95)),
          Figures.nanos(cell.median(Measured::p99)),
          Figures.nanos(cell.median(Measured::acquireMean)),
          Figures.nanos(cell.median(Measured::acquireP99)),
          Figures.nanos(cell.median(Measured::releaseP99)),
          Figures.nanos(cell.median(Measured::cpuPerCall)),
          Figures.percent(cell.median(Measured::utilisation)),
          Figures.plain(cell.median(Measured::evenness)),
          Figures.percent(cell.entrant().reuse()),
          cell.failures());
    }
    return table.markdown();
  }

  /** The cell of this contender in this scene. */
  static Cell find(List<Cell> cells, String scene, String contender) {
    return cells.stream()
        .filter(cell -> cell.scene().equals(scene) && cell.entrant().name().equals(contender))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no " + contender + " in " + scene));
  }
}
