package dev.weir.pool.internal.strategy;

import dev.weir.pool.Candidates;
import dev.weir.pool.Strategy;

/**
 * The ready connection with the fewest leases, measured by how many it can carry; of several, the
 * one that was not used for longest.
 */
final class LeastLoaded implements Strategy {
  @Override
  public int select(Candidates candidates) {
    int best = -1;
    for (int i = 0; i < candidates.size(); i++) {
      if (candidates.isReady(i) && (best < 0 || isBetter(candidates, i, best))) {
        best = i;
      }
    }
    return best;
  }

  private static boolean isBetter(Candidates candidates, int one, int other) {
    long load = (long) candidates.leases(one) * candidates.limit(other);
    long otherLoad = (long) candidates.leases(other) * candidates.limit(one);
    return load < otherLoad
        || (load == otherLoad && candidates.lastUsed(one) - candidates.lastUsed(other) < 0);
  }
}
