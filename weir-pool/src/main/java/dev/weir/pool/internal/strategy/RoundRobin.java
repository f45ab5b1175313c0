package dev.weir.pool.internal.strategy;

import dev.weir.pool.Candidates;
import dev.weir.pool.Strategy;
import java.util.concurrent.atomic.AtomicInteger;

/** The first ready connection behind the one that was chosen before. */
final class RoundRobin implements Strategy {
  private final AtomicInteger next = new AtomicInteger();

  @Override
  public int select(Candidates candidates) {
    int size = candidates.size();
    int start = Math.floorMod(next.get(), size);
    for (int i = 0; i < size; i++) {
      int at = start + i < size ? start + i : start + i - size;
      if (candidates.isReady(at)) {
        next.set(at + 1);
        return at;
      }
    }
    return -1;
  }
}
