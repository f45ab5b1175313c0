package dev.weir.pool.internal;

import dev.weir.pool.KeyedPoolOptions;
import dev.weir.pool.Pool;

/**
 * The bounds of a keyed pool, which may change while the pools of its keys are made and used.
 *
 * <p><b>No pool keeps other bounds.</b> Who changes them writes them, then settles every pool that
 * is in the map. Who makes a pool puts it into the map, then reads the bounds, and settles the pool
 * himself if they are not those that it was made with. One of the two sees the other.
 *
 * <p><b>The last change holds.</b> Settling acts by the bounds until they have stayed as they were:
 * whoever was the last to act on a pool found them unchanged afterwards, and whoever changes them
 * later acts later. The same goes for the budget.
 *
 * <p><b>Who writes.</b> Whoever resizes. No lock is held while a pool is told, since one that grows
 * may start threads, which somebody else's factory makes.
 *
 * <p>{@code KeyedResizeTest} has a pool made, and bounds changed, while others are being changed.
 */
final class Sizing {
  private final KeyedPoolOptions first;
  private volatile KeyedPoolOptions now;

  /**
   * @param options those that pools are made with
   */
  Sizing(KeyedPoolOptions options) {
    first = options;
    now = options;
  }

  /** To be followed by {@code settle} for every pool and the budget. */
  void change(int min, int max, int maxTotal) {
    now = first.withPerKey(first.perKey().withSize(min, max)).withMaxTotal(maxTotal);
  }

  /** Gives a pool that was just made the bounds in force. */
  void settleIfChanged(Pool<?> pool) {
    if (now != first) {
      settle(pool);
    }
  }

  /** Gives the pool of a key the bounds in force. */
  void settle(Pool<?> pool) {
    KeyedPoolOptions acted;
    do {
      acted = now;
      pool.resize(acted.perKey().min(), acted.perKey().max());
    } while (acted != now);
  }

  /** Gives the budget the bound in force. */
  void settle(SharedBudget budget) {
    KeyedPoolOptions acted;
    do {
      acted = now;
      budget.resize(acted.maxTotal());
    } while (acted != now);
  }
}
