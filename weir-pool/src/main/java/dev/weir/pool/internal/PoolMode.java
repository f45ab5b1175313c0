package dev.weir.pool.internal;

import dev.weir.pool.PoolSnapshot.Mode;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotTable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whether the pool lends: OPEN ↔ SUSPENDED, OPEN or SUSPENDED → DRAINING → CLOSED, any → CLOSED.
 *
 * <p><b>Lending does not look at the mode</b>, so that it costs nothing. Whoever changes it looks
 * at all slots afterwards and holds or frees them here, or closes them: {@link Controls}. Whoever
 * frees a slot reads the mode afterwards, by way of {@link Attention}; in a suspended pool that is
 * not needed, since the slot carries its flag through lease and check. Whoever brings a connection
 * that was just opened finds it held, and asks {@linkplain #holdIfSuspended here} whether it may be
 * lent. So no slot that may be lent survives the change.
 *
 * <p><b>Who may write.</b> Anybody, by one of the moves, each of which succeeds for one caller.
 * Suspending, resuming and draining take turns, each together with its look at the slots: a slot
 * that one of them held for a moment after another had let it go would be free again without
 * anybody being told. The lock of the turns is a leaf, and no caller that finds a connection ready
 * takes it.
 *
 * <p><b>Fences.</b> The mode, the bits of attention and the words of the slots are volatile. Each
 * side writes its own, then reads the other's, so one of the two sees the other: {@code
 * PoolStress}.
 */
final class PoolMode {
  private final AtomicReference<Mode> mode = new AtomicReference<>(Mode.OPEN);
  private final ReentrantLock turns = new ReentrantLock();
  private final Attention attention;

  PoolMode(Attention attention) {
    this.attention = attention;
  }

  Mode now() {
    return mode.get();
  }

  boolean isOpen() {
    return mode.get() == Mode.OPEN;
  }

  boolean isSuspended() {
    return mode.get() == Mode.SUSPENDED;
  }

  boolean isDraining() {
    return mode.get() == Mode.DRAINING;
  }

  boolean isClosed() {
    return mode.get() == Mode.CLOSED;
  }

  /** Whether newcomers find nothing, not even a lease more on a connection that carries several. */
  boolean isClosing() {
    return mode.get().compareTo(Mode.DRAINING) >= 0;
  }

  /** Open → suspended, and every slot held. True for one caller. */
  boolean suspend(SlotTable<?> table) {
    turns.lock();
    try {
      boolean begun = mode.compareAndSet(Mode.OPEN, Mode.SUSPENDED);
      if (begun) {
        for (Slot<?> slot : table.slots()) {
          slot.hold();
        }
      }
      return begun;
    } finally {
      turns.unlock();
    }
  }

  /** Suspended → open, and no slot held. True for one caller, who has to tell those who wait. */
  boolean resume(SlotTable<?> table) {
    turns.lock();
    try {
      boolean ended = mode.compareAndSet(Mode.SUSPENDED, Mode.OPEN);
      if (ended) {
        letAllGo(table);
      }
      return ended;
    } finally {
      turns.unlock();
    }
  }

  /** Open or suspended → draining, and no slot held. True for one caller. */
  boolean drain(SlotTable<?> table) {
    turns.lock();
    try {
      boolean begun =
          mode.compareAndSet(Mode.OPEN, Mode.DRAINING)
              || mode.compareAndSet(Mode.SUSPENDED, Mode.DRAINING);
      if (begun) {
        attention.set(Attention.NOT_OPEN);
        letAllGo(table);
      }
      return begun;
    } finally {
      turns.unlock();
    }
  }

  private static void letAllGo(SlotTable<?> table) {
    for (Slot<?> slot : table.slots()) {
      slot.letGo();
    }
  }

  /** Any → closed. True for one caller. */
  boolean close() {
    boolean begun = mode.getAndSet(Mode.CLOSED) != Mode.CLOSED;
    if (begun) {
      attention.set(Attention.NOT_OPEN);
    }
    return begun;
  }

  /** For a slot that arrives: held if the pool is suspended, and to be lent otherwise. */
  void holdIfSuspended(Slot<?> slot) {
    turns.lock();
    try {
      if (isSuspended()) {
        slot.hold();
      } else {
        slot.letGo();
      }
    } finally {
      turns.unlock();
    }
  }
}
