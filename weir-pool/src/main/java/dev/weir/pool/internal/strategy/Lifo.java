package dev.weir.pool.internal.strategy;

import dev.weir.pool.Candidates;
import dev.weir.pool.Strategy;

/** The ready connection that was used last. */
final class Lifo implements Strategy {
  @Override
  public int select(Candidates candidates) {
    int best = -1;
    for (int i = 0; i < candidates.size(); i++) {
      if (candidates.isReady(i)
          && (best < 0 || candidates.lastUsed(i) - candidates.lastUsed(best) > 0)) {
        best = i;
      }
    }
    return best;
  }
}
