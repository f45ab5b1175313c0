package dev.weir.pool.internal.maintenance;

import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.time.Alarm;
import dev.weir.pool.internal.time.Deadline;
import dev.weir.pool.internal.wait.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * Ends connections. Whoever moved a slot to closing calls this once. The connection is closed on a
 * worker; its place stays taken until that is done, since the other side counts it until then, but
 * no longer than {@code closeTimeout}.
 */
public final class Retirement<C> {
  private final Parts<C> parts;
  private final Dispatch<C> dispatch;

  public Retirement(Parts<C> parts, Dispatch<C> dispatch) {
    this.parts = parts;
    this.dispatch = dispatch;
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
