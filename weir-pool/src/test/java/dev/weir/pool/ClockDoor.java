package dev.weir.pool;

import dev.weir.pool.internal.time.Clock;
import java.util.function.DoubleSupplier;

/** Lets the kit put its clock into a pool; the API has no such door. */
public final class ClockDoor {
  private ClockDoor() {}

  public static <C> PoolBuilder<C> withClock(PoolBuilder<C> builder, Clock clock) {
    return builder.clock(clock);
  }

  public static <K, C> KeyedPoolBuilder<K, C> withClock(
      KeyedPoolBuilder<K, C> builder, Clock clock) {
    return builder.each(each -> each.clock(clock));
  }

  /** Nothing depends on real time or real chance. */
  public static <C> PoolBuilder<C> simulated(
      PoolBuilder<C> builder, Clock clock, DoubleSupplier random) {
    return builder.simulated(clock, random);
  }

  public static <K, C> KeyedPoolBuilder<K, C> simulated(
      KeyedPoolBuilder<K, C> builder, Clock clock, DoubleSupplier random) {
    return builder.each(each -> each.simulated(clock, random));
  }
}
