package dev.weir.pool.internal.strategy;

import dev.weir.pool.Candidates;
import dev.weir.pool.Strategy;
import java.util.function.DoubleSupplier;

/** Any ready connection, each as likely as the others. */
final class RandomPick implements Strategy {
  private static final int TRIES = 4;
  private final DoubleSupplier random;

  RandomPick(DoubleSupplier random) {
    this.random = random;
  }

  @Override
  public int select(Candidates candidates) {
    int size = candidates.size();
    // Mostly one of a few throws hits. After that, all that are ready have to be counted.
    for (int i = 0; i < TRIES; i++) {
      int at = below(size);
      if (candidates.isReady(at)) {
        return at;
      }
    }
    int ready = 0;
    int chosen = -1;
    for (int i = 0; i < size; i++) {
      if (candidates.isReady(i) && below(++ready) == 0) {
        chosen = i;
      }
    }
    return chosen;
  }

  private int below(int bound) {
    return Math.min((int) (random.getAsDouble() * bound), bound - 1);
  }
}
