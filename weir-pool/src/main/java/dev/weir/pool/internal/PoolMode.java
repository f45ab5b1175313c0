package dev.weir.pool.internal;

import dev.weir.pool.PoolSnapshot.Mode;
import dev.weir.pool.internal.slot.Slot;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether the pool lends: OPEN ↔ SUSPENDED, OPEN or SUSPENDED → DRAINING → CLOSED, any → CLOSED.
 *
 * <p><b>Lending does not look at the mode</b>, so that it costs nothing. Whoever changes it looks
 * at all slots afterwards and holds, closes or frees them: {@link Controls}. Whoever frees a slot
 * reads the mode afterwards, by way of {@link Attention}; in a suspended pool that is not needed,
 * since the slot carries its flag through lease and check. Whoever brings a connection that was
 * just opened finds it held, and asks {@linkplain #holdIfSuspended here} whether it may be lent. So
 * no slot that may be lent survives the change.
 *
 * <p><b>Who may write.</b> Anybody, by one of the moves, each of which succeeds for one caller:
 * that one owes the slots the look.
 *
 * <p><b>Fences.</b> The mode, the bits of attention and the words of the slots are volatile. Each
 * side writes its own, then reads the other's, so one of the two sees the other: {@code
 * PoolStress}.
 */
final class PoolMode {
  private final AtomicReference<Mode> mode = new AtomicReference<>(Mode.OPEN);
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

  /** Open → suspended. True for one caller. */
  boolean suspend() {
    return mode.compareAndSet(Mode.OPEN, Mode.SUSPENDED);
  }

  /** Suspended → open. True for one caller. */
  boolean resume() {
    return mode.compareAndSet(Mode.SUSPENDED, Mode.OPEN);
  }

  /** Open or suspended → draining. True for one caller. */
  boolean drain() {
    boolean begun =
        mode.compareAndSet(Mode.OPEN, Mode.DRAINING)
            || mode.compareAndSet(Mode.SUSPENDED, Mode.DRAINING);
    if (begun) {
      attention.set(Attention.NOT_OPEN);
    }
    return begun;
  }

  /** Any → closed. True for one caller. */
  boolean close() {
    boolean begun = mode.getAndSet(Mode.CLOSED) != Mode.CLOSED;
    if (begun) {
      attention.set(Attention.NOT_OPEN);
    }
    return begun;
  }

  /** Again and again until the mode stays as it was: then the slot is as the last mode wants it. */
  void holdIfSuspended(Slot<?> slot) {
    Mode acted = null;
    for (Mode seen = mode.get(); seen != acted; seen = mode.get()) {
      if (seen == Mode.SUSPENDED) {
        slot.hold();
      } else {
        slot.letGo();
      }
      acted = seen;
    }
  }
}
