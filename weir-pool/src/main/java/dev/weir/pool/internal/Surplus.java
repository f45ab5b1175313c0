package dev.weir.pool.internal;

import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.internal.maintenance.Retirement;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Budget;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.slot.SlotWord.Phase;
import dev.weir.pool.internal.wait.WaitLine;
import org.jspecify.annotations.Nullable;

/**
 * Connections that are too many here: beyond a {@code max} that was made smaller, or in places that
 * are shared with other pools, one of which needs them more.
 *
 * <p><b>Which go.</b> Free ones first. If there are none left, those that come back, as each is
 * asked about {@linkplain #claims before} it is given back, and {@linkplain #freed after}: the need
 * may have arisen in between.
 *
 * <p><b>Who writes.</b> {@link Attention#OVER} is set while there may be too many, by whoever
 * lowers {@code max}, before it looks for free ones; {@link Attention#SHARED} for good. Whoever
 * frees a slot reads them afterwards, so one of the two sees the other. That there is one too many
 * is decided under the lock of the table, for one slot after the other: two that come back together
 * must not both be the one.
 */
final class Surplus<C> {
  private final SlotTable<C> table;
  private final Budget budget;
  private final WaitLine<C> line;
  private final Attention attention;
  private final Retirement<C> retirement;

  Surplus(Parts<C> parts, WaitLine<C> line, Attention attention, Retirement<C> retirement) {
    table = parts.table();
    budget = parts.budget();
    this.line = line;
    this.attention = attention;
    this.retirement = retirement;
    if (budget.isShared()) {
      attention.set(Attention.SHARED);
    }
  }

  /** Whether a connection that comes back is one too many; it retires then. */
  boolean claims(Slot<C> slot, int generation) {
    return attention.isNeeded() && (isBeyondMax(slot, generation) || isClaimed());
  }

  private boolean isBeyondMax(Slot<C> slot, int generation) {
    if (!table.isOver()) {
      return false;
    }
    slot.condemn(Reason.SURPLUS);
    return table.retireIfOver(slot, generation);
  }

  /** Whether another pool should have a place of this one. */
  private boolean isClaimed() {
    return attention.has(Attention.SHARED) && budget.claims(!line.isEmpty());
  }

  /** To be called after a slot was given back. */
  void freed() {
    if (isClaimed()) {
      giveUpIdle();
    }
    if (attention.has(Attention.OVER)) {
      shrink();
    }
  }

  /** Closes free connections until there are no more than {@code max}. */
  void shrink() {
    attention.clear(Attention.OVER);
    if (!table.isOver()) { // looked at after the bit was cleared, which a new max may have set
      return;
    }
    attention.set(Attention.OVER);
    for (Slot<C> slot : table.slots()) {
      if (!table.isOver()) {
        return;
      }
      if (slot.isFree()) {
        slot.condemn(Reason.SURPLUS);
        if (table.evictIfOver(slot)) {
          retirement.retire(slot);
        }
      }
    }
  }

  /**
   * Closes the connection that has been idle longest, because its place is needed elsewhere. False:
   * there is none.
   */
  boolean giveUpIdle() {
    Slot<C> oldest = idleLongest();
    if (oldest == null || !oldest.tryTake()) {
      return false;
    }
    retirement.retireHeld(oldest, oldest.generation(), Reason.SURPLUS, null);
    return true;
  }

  /** Since when the connection that was idle longest is idle; {@code now} if there is none. */
  long idleSince(long now) {
    Slot<C> oldest = idleLongest();
    return oldest == null ? now : oldest.lastUsed();
  }

  private @Nullable Slot<C> idleLongest() {
    Slot<C> oldest = null;
    for (Slot<C> slot : table.slots()) {
      if (slot.isFree() && (oldest == null || slot.lastUsed() - oldest.lastUsed() < 0)) {
        oldest = slot;
      }
    }
    return oldest;
  }

  /** Whether nobody has, waits for, or since {@code moment} had a lease. */
  boolean isUnusedSince(long moment) {
    for (Slot<C> slot : table.slots()) {
      Phase phase = slot.phase();
      if (phase == Phase.LEASED || (phase == Phase.IDLE && slot.lastUsed() - moment > 0)) {
        return false;
      }
    }
    return line.isEmpty();
  }
}
