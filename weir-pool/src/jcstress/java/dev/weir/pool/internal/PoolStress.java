package dev.weir.pool.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.Slots;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** What holds between a release and a change of the pool's mode. */
public class PoolStress {

  /** The hand-shake of {@link Attention}. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "one has seen the other")
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "a slot stays free in a closed pool")
  @State
  public static class ReleaseAgainstModeChange {
    final Attention attention = new Attention();
    final Slot<Object> slot = Slots.lent(1, 1);
    final int generation = slot.generation();

    @Actor
    public void releases(II_Result r) {
      slot.giveBack(generation);
      r.r1 = attention.isNeeded() ? 1 : 0;
    }

    @Actor
    public void changes(II_Result r) {
      attention.set(Attention.NOT_OPEN);
      r.r2 = slot.isFree() ? 1 : 0;
    }
  }
}
