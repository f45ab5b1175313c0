package dev.weir.pool.internal.wait;

import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.internal.slot.Slot;
import java.util.function.BooleanSupplier;

/** Where those who open and check connections turn to with the result. */
public interface Dispatch<C> {
  /** How many callers wait for something to be opened. */
  int waiting();

  /** Takes a slot that is lent to the caller: for whoever waits first, or to be free. */
  void handOn(Slot<C> slot);

  /**
   * Takes a slot that is lent to the caller and was only looked at: for whoever waits, unless it
   * has to be checked before.
   */
  void putAside(Slot<C> slot);

  /** Takes a slot that is lent to the caller: its connection is not to be used any more. */
  void giveUp(Slot<C> slot, Reason reason);

  /** Capacity came back: see whether it is needed. */
  void supply();

  /**
   * A connection that was known to work at {@code soundAt} does so no more: others may not either.
   */
  void suspect(long soundAt);

  /**
   * Opening keeps failing, and no connection that waiters could wait for is left: tells them, one
   * after the other, as long as it stays so.
   */
  void nothingToWaitFor(BooleanSupplier stillSo);
}
