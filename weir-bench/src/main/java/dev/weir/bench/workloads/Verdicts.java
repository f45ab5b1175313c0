package dev.weir.bench.workloads;

import dev.weir.bench.report.Figures;
import dev.weir.bench.report.Verdict;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Targets that several workloads share. */
final class Verdicts {
  private static final double REUSE = 0.95;
  private static final double ACQUIRE_NANOS = 5e6;
  private static final double RELEASE_NANOS = 1e6;

  private Verdicts() {}

  /** Over all that was done with the connections of these cells, warm-up included. */
  static Verdict reuse(List<Cell> cells) {
    double least = cells.stream().mapToDouble(cell -> cell.entrant().reuse()).min().orElse(0);
    return new Verdict("reuse above 95 %", least > REUSE, "at least " + Figures.percent(least));
  }

  static Verdict noFailures(List<Cell> cells) {
    long failures = cells.stream().mapToLong(Cell::failures).sum();
    return new Verdict("no failed call", failures == 0, failures + " failed");
  }

  /** Only where the line is so short that 5 ms is not what the callers in front take. */
  static Verdict acquire(List<Cell> cells) {
    double acquire = worst(cells, Measured::acquireP99);
    return new Verdict(
        "acquire below 5 ms at p99", acquire < ACQUIRE_NANOS, Figures.nanos(acquire) + " at worst");
  }

  static Verdict release(List<Cell> cells) {
    double release = worst(cells, Measured::releaseP99);
    return new Verdict(
        "release below 1 ms at p99", release < RELEASE_NANOS, Figures.nanos(release) + " at worst");
  }

  private static double worst(List<Cell> cells, ToDoubleFunction<Measured> figure) {
    return cells.stream().mapToDouble(cell -> cell.median(figure)).max().orElse(Double.NaN);
  }
}
