package dev.weir.pool.internal.maintenance;

import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.internal.open.Opener;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotWord.Returned;
import dev.weir.pool.internal.time.Alarm;
import dev.weir.pool.internal.time.Deadline;
import dev.weir.pool.internal.wait.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * Ends connections.
 *
 * <p><b>Who may.</b> Whoever moved a slot to closing, once: {@link #retire}. Or whoever holds it,
 * and by that the last of its holders: {@link #retireHeld}; then the slot's word decides who moves
 * it to closing.
 *
 * <p><b>The place</b> of the connection, which is closed on a worker, stays taken until that is
 * done, since the other side counts it until then, but no longer than {@code closeTimeout}. Then
 * somebody else may need it.
 */
public final class Retirement<C> {
  private final Parts<C> parts;
  private final Dispatch<C> dispatch;
  private final Opener<C> opener;

  public Retirement(Parts<C> parts, Dispatch<C> dispatch, Opener<C> opener) {
    this.parts = parts;
    this.dispatch = dispatch;
    this.opener = opener;
  }

  /**
   * Closes the connection of a slot that the caller holds; of one that others hold too, when the
   * last of them gives it back.
   */
  public void retireHeld(Slot<C> slot, int generation, Reason reason, @Nullable Throwable cause) {
    slot.condemn(reason);
    slot.retireWhenGivenBack(generation);
    if (slot.giveBack(generation) == Returned.CLOSING) {
      retire(slot, reason, cause);
      opener.refuseIfDown();
    }
  }

  /** Closes the connections that nobody holds. */
  public void retireFree(Reason reason) {
    for (Slot<C> slot : parts.table().slots()) {
      if (slot.isFree() && slot.tryTake()) {
        retireHeld(slot, slot.generation(), reason, null);
      }
    }
  }

  /** Closes the connection of a slot that the caller moved to closing, as it was told to retire. */
  public void retire(Slot<C> slot) {
    retire(slot, slot.condemnedFor(), null);
  }

  /** Closes the connection of a slot that the caller moved to closing. */
  public void retire(Slot<C> slot, Reason reason, @Nullable Throwable cause) {
    C connection = slot.connection();
    long id = slot.id();
    int generation = slot.generation();
    slot.closedFor(reason);
    tellIfSound(id, reason);
    long deadline = Deadline.after(parts.clock().nanos(), parts.options().closeTimeout());
    Alarm.Call limit = parts.alarm().at(deadline, () -> free(slot, generation));
    parts
        .workers()
        .submit(
            () -> {
              close(connection);
              limit.cancel();
              free(slot, generation);
              parts.events().destroyed(id, reason, cause);
            });
  }

  /**
   * Takes the connection out of a slot that the caller moved to closing; its place is free at once.
   */
  public C release(Slot<C> slot) {
    C connection = slot.connection();
    long id = slot.id();
    slot.closedFor(Reason.DETACHED);
    free(slot, slot.generation());
    parts.events().destroyed(id, Reason.DETACHED, null);
    return connection;
  }

  private void tellIfSound(long id, Reason reason) {
    switch (reason) {
      case IDLE, LIFETIME, SURPLUS, UNUSABLE, OUTDATED -> parts.events().evicted(id, reason);
      default -> {}
    }
  }

  private void close(C connection) {
    try {
      parts.factory().close(connection);
    } catch (Throwable e) {
      // It leaves the pool either way; its end is told by the event.
    }
  }

  private void free(Slot<C> slot, int generation) {
    if (parts.table().vacate(slot, generation)) {
      parts.counters().destroyed();
      parts.budget().putBack();
      dispatch.supply();
    }
  }
}
