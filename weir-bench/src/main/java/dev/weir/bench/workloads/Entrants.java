package dev.weir.bench.workloads;

import java.util.List;

/** Several, closed together. */
record Entrants(List<Entrant> all) implements AutoCloseable {
  Entrants {
    all = List.copyOf(all);
  }

  @Override
  public void close() {
    all.forEach(Entrant::close);
  }
}
