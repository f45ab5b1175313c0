package dev.weir.bench.workloads;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Measures cells in turn, and all of them again in each further round, so that a machine that is
 * busy for a while disturbs all alike. Each round begins one cell later than the one before.
 */
final class Rounds {
  private final LoadOptions options;
  private final Consumer<String> progress;

  Rounds(LoadOptions options, Consumer<String> progress) {
    this.options = options;
    this.progress = progress;
  }

  /** Opens all connections, runs every entrant once for nothing, and then measures. */
  void measure(List<Cell> cells) throws InterruptedException {
    Map<Entrant, Cell> busiest = new LinkedHashMap<>();
    for (Cell cell : cells) {
      busiest.merge(cell.entrant(), cell, (a, b) -> b.clients() > a.clients() ? b : a);
    }
    for (Map.Entry<Entrant, Cell> entry : busiest.entrySet()) {
      entry.getKey().fill();
      entry.getValue().warmUp(Window.after(Duration.ZERO, options.warmUp()));
    }
    List<Cell> order = new ArrayList<>(cells);
    for (int round = 1; round <= options.rounds(); round++) {
      for (Cell cell : order) {
        cell.measure(Window.after(options.warmUp(), options.window()));
      }
      progress.accept("round %d of %d: %d cells".formatted(round, options.rounds(), cells.size()));
      Collections.rotate(order, -1);
    }
  }
}
