package dev.weir.pool.internal;

import dev.weir.pool.internal.maintenance.Validation;
import dev.weir.pool.internal.open.Endpoint;
import dev.weir.pool.internal.open.EndpointState;
import dev.weir.pool.internal.open.Opener;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.time.Clock;
import dev.weir.pool.internal.wait.Gate;
import dev.weir.pool.internal.wait.WaitLine;
import java.util.function.BooleanSupplier;

/**
 * Sees to it that connections are on their way to those who wait, or that these are told when there
 * is nothing to wait for.
 *
 * <p><b>Capacity</b> that comes back some other way than by a lease (a closed connection, a larger
 * max, a finished or failed open, an ended rest) ends in {@link #look}, and so does every caller
 * that joins the line and finds nothing. Both write first, the one its place and the other the
 * count of waiters, then look; so one of the two sees the other.
 *
 * <p><b>Checks before opens.</b> A check under way counts as coming, so no open is begun for whom
 * one is. Opens under way are no reason to spare a check: it is sooner done, and they may hang.
 *
 * <p><b>Who writes.</b> Any number of threads may look at a time. There is no state here: a place
 * is reserved under the lock of the slot table, and a check begins by a compare-and-set.
 */
final class Supply<C> {
  private final Clock clock;
  private final SlotTable<C> table;
  private final PoolMode mode;
  private final WaitLine<C> line;
  private final Wishes<C> wishes;
  private final Opener<C> opener;
  private final Validation<C> validation;
  private final Complaints<C> complaints;
  private final Gate gate;

  Supply(Parts<C> parts, Mechanisms<C> mechanisms) {
    clock = parts.clock();
    table = parts.table();
    mode = mechanisms.mode();
    line = mechanisms.line();
    wishes = mechanisms.wishes();
    opener = mechanisms.opener();
    validation = mechanisms.validation();
    complaints = mechanisms.complaints();
    gate = mechanisms.gate();
  }

  /** Capacity came back, or somebody needs some: has checked and opened what is needed. */
  void look() {
    if (!mode.isClosed()) {
      checkStale();
      if (mode.isOpen() || !line.isEmpty()) {
        opener.supply();
      }
    }
    if (!wishes.isEmpty()) {
      wishes.look();
    }
    gate.look();
  }

  /** Has idle connections checked that nobody may get unchecked, one for each waiter. */
  private void checkStale() {
    if (line.isEmpty()) {
      return;
    }
    long now = clock.coarseNanos();
    for (Slot<C> slot : table.slots()) {
      if (line.waiting() <= table.checking()) {
        return;
      }
      if (slot.isWorthACheck() && validation.isDueBeforeUse(slot, now)) {
        validation.tryCheck(slot, now);
      }
    }
  }

  /**
   * A connection that was known to work at {@code soundAt} does so no more: if that is news, see
   * {@link Endpoint#suspect}, all that are free are checked before they are lent.
   */
  void suspect(long soundAt) {
    if (validation.freshness().hasCheck() && opener.endpoint().suspect(soundAt, clock.nanos())) {
      for (Slot<C> slot : table.slots()) {
        slot.doubtIfFree();
      }
      look(); // first those whom a caller waits for, then the others
      validation.checkIdle();
    }
  }

  /** See {@link dev.weir.pool.internal.wait.Dispatch#nothingToWaitFor}. */
  void nothingToWaitFor(BooleanSupplier stillSo) {
    EndpointState seen = opener.endpoint().state();
    if (seen.outage() != null) { // otherwise an open has just succeeded
      line.failWhile(stillSo, () -> complaints.endpointDown(seen));
    }
  }
}
