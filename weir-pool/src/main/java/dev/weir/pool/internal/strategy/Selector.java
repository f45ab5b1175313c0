package dev.weir.pool.internal.strategy;

import dev.weir.pool.Selection;
import dev.weir.pool.Strategy;
import dev.weir.pool.internal.slot.Homes;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotTable;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes a slot that a strategy chose. The strategy only names one; whether the slot is lent is
 * decided by its word, so that a strategy can neither break the pool nor be wrong for long.
 */
public final class Selector<C> {
  /** How often another caller may be faster before the order no longer matters. */
  private static final int TRIES = 3;

  private final SlotTable<C> table;
  private final Strategy strategy;

  private final boolean isOwn;

  /**
   * @param own the user's strategy, if there is one
   */
  public Selector(
      SlotTable<C> table, @Nullable Strategy own, Selection selection, DoubleSupplier random) {
    this.table = table;
    isOwn = own != null;
    strategy = own != null ? own : strategy(selection, random);
  }

  private static Strategy strategy(Selection selection, DoubleSupplier random) {
    return switch (selection) {
      case LIFO -> new Lifo();
      case FIFO -> new Fifo();
      case ROUND_ROBIN -> new RoundRobin();
      case LEAST_LOADED -> new LeastLoaded();
      case RANDOM -> new RandomPick(random);
    };
  }

  /** A slot lent to the caller, as the strategy wants it; null when none is ready. */
  public @Nullable Slot<C> take(long now) {
    Slot<C>[] slots = table.slots();
    for (int i = 0; i < TRIES; i++) {
      int at = choose(slots, now);
      if (at < 0 || at >= slots.length || !slots[at].isReadyAt(now)) {
        break;
      }
      if (slots[at].tryLend()) {
        return slots[at];
      }
    }
    return takeAny(now);
  }

  /**
   * The same for somebody who waits: a strategy of the user that hangs must not hold up those who
   * stand behind.
   */
  public @Nullable Slot<C> takeInLine(long now) {
    return isOwn ? takeAny(now) : take(now);
  }

  /** A slot lent to the caller, whichever; null when none is ready. Runs no code of the user. */
  public @Nullable Slot<C> takeAny(long now) {
    Slot<C>[] slots = table.slots();
    int at = Homes.place(slots.length);
    for (int seen = 0; seen < slots.length; seen++) {
      Slot<C> slot = slots[at];
      if (slot.isLendable() && slot.isReadyAt(now) && slot.tryLend()) {
        return slot;
      }
      at = at + 1 == slots.length ? 0 : at + 1;
    }
    return null;
  }

  /** Whether {@link #takeAny} would find one. */
  public boolean hasReady(long now) {
    for (Slot<C> slot : table.slots()) {
      if (slot.isLendable() && slot.isReadyAt(now)) {
        return true;
      }
    }
    return false;
  }

  private int choose(Slot<C>[] slots, long now) {
    try {
      return strategy.select(new SlotCandidates<>(slots, now));
    } catch (Throwable e) {
      // The user's strategy is a guest: without its advice, any slot is right.
      return -1;
    }
  }
}
