package dev.weir.pool.internal;

import dev.weir.pool.KeyedPool;
import dev.weir.pool.Pool;
import dev.weir.pool.internal.stats.Tally.Sizes;
import java.util.List;

/** Lets the simulation look at a pool after every step; the API tells the same, but with more. */
public final class SizesDoor {
  private SizesDoor() {}

  public static Sizes of(Pool<?> pool) {
    return ((SlotPool<?>) pool).sizes();
  }

  /** How many connections the pool keeps at the moment. */
  public static int floor(Pool<?> pool) {
    return ((SlotPool<?>) pool).floor();
  }

  /** One for each key. */
  public static List<Sizes> of(KeyedPool<?, ?> pool) {
    return ((KeyedSlotPool<?, ?>) pool).sizes();
  }
}
