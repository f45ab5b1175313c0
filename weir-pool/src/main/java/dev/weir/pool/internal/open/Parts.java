package dev.weir.pool.internal.open;

import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.Strategy;
import dev.weir.pool.internal.slot.Budget;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.stats.Counters;
import dev.weir.pool.internal.stats.Events;
import dev.weir.pool.internal.time.Alarm;
import dev.weir.pool.internal.time.Clock;
import dev.weir.pool.internal.time.Workers;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the mechanisms of one pool share. {@code ownStrategy} is the user's, if there is one; {@code
 * random} gives numbers from 0 (inclusive) to 1.
 */
public record Parts<C>(
    String name,
    PoolOptions options,
    @Nullable Strategy ownStrategy,
    ConnectionFactory<C> factory,
    Clock clock,
    DoubleSupplier random,
    Alarm alarm,
    Workers workers,
    SlotTable<C> table,
    Budget budget,
    Counters counters,
    Events events) {}
