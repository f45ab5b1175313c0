package dev.weir.pool.internal;

import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.time.Clock;
import dev.weir.pool.internal.wait.Faithful;
import dev.weir.pool.internal.wait.Faithful.Wish;

/**
 * Callers that wait for one particular slot: {@link Faithful}, and the bit by which whoever frees a
 * slot learns of them.
 *
 * <p><b>The hand-shake.</b> A caller joins, sets {@link Attention#WISHES}, then tries its slot;
 * whoever frees a slot reads the bit afterwards, and tries the slot for those who wish for it. One
 * of the two sees the other.
 *
 * <p><b>Who writes the bit.</b> Whoever joins sets it. Whoever ends a wish and finds no other
 * clears it and looks again: somebody may have joined, and set the bit, between the look and the
 * clearing. It then stands for the other. A bit that stands for nobody costs the next release a
 * look.
 */
final class Wishes<C> {
  private final Faithful<C> faithful = new Faithful<>();
  private final Clock clock;
  private final Attention attention;

  Wishes(Clock clock, Attention attention) {
    this.clock = clock;
    this.attention = attention;
  }

  /** How many wait. */
  int waiting() {
    return faithful.waiting();
  }

  /** Whether nobody waits, by a look at a word that whoever frees a slot looks at anyway. */
  boolean isEmpty() {
    return !attention.has(Attention.WISHES);
  }

  /** Notes a wish, whose slot has to be tried then. */
  void join(Wish<C> wish) {
    faithful.join(wish);
    attention.set(Attention.WISHES);
  }

  /** Ends a wish. False: it was fulfilled, and the slot is the waiter's. */
  boolean leave(Wish<C> wish) {
    boolean left = faithful.leave(wish);
    if (faithful.waiting() == 0) {
      attention.clear(Attention.WISHES);
      if (faithful.waiting() > 0) {
        attention.set(Attention.WISHES);
      }
    }
    return left;
  }

  /** Hands a slot over that the caller holds. False: nobody wishes for it. */
  boolean serve(Slot<C> slot) {
    return faithful.serve(slot, clock.nanos());
  }

  /** Has everybody see whether there is still something to wait for. */
  void look() {
    faithful.look();
  }
}
