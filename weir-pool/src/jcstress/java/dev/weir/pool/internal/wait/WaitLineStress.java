package dev.weir.pool.internal.wait;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.weir.pool.Fairness;
import dev.weir.pool.PoolClosedException;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.Slots;
import dev.weir.pool.internal.time.Clock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The three hand-shakes of the line, and its compare-and-set. */
public class WaitLineStress {
  private static final int MANY = 100;

  private static WaitLine<Object> line() {
    return new WaitLine<>(new Barging(Fairness.STRICT, () -> 1, Clock.system()));
  }

  /** Wakes nobody: nobody is parked here. */
  private static final class Asleep extends Waiter<Object> {
    Asleep() {
      super(Thread.currentThread(), 0);
    }

    @Override
    public boolean canLook() {
      return true;
    }

    @Override
    void wake() {}
  }

  /** Hand-shake 1. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "one has seen the other")
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "the waiter sleeps beside a free slot")
  @State
  public static class ReleaseAgainstJoin {
    final Slot<Object> slot = Slots.lent(1, 1);
    final int generation = slot.generation();
    final WaitLine<Object> line = line();
    final Waiter<Object> waiter = new Asleep();

    @Actor
    public void releases(II_Result r) {
      slot.giveBack(generation);
      r.r1 = Slots.one(!line.isEmpty());
    }

    @Actor
    public void joins(II_Result r) {
      line.join(waiter, MANY);
      r.r2 = Slots.one(slot.tryLend());
    }
  }

  /** Hand-shake 2. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "it found the slot or looks again")
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "the head sleeps beside a free slot")
  @State
  public static class ReleaseAgainstAnswer {
    final Slot<Object> slot = Slots.lent(1, 1);
    final int generation = slot.generation();
    final WaitLine<Object> line = line();
    final Waiter<Object> head = new Asleep();

    /** Written by both before, so that what they write next takes its time to be seen. */
    final int[] noise = new int[64];

    public ReleaseAgainstAnswer() {
      line.join(head, MANY);
      line.signal();
    }

    @Actor
    public void releases() {
      noise[32] = 1;
      slot.giveBack(generation);
      line.signal();
    }

    @Actor
    public void looks(II_Result r) {
      noise[32] = 2;
      head.answerSignal();
      r.r1 = Slots.one(slot.tryLend());
    }

    @Arbiter
    public void after(II_Result r) {
      r.r2 = Slots.one(line.hasSignal(head));
    }
  }

  /** Hand-shake 3. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "the next has to look")
  @Outcome(id = "0", expect = FORBIDDEN, desc = "the signal left together with the head")
  @State
  public static class SignalAgainstLeave {
    final WaitLine<Object> line = line();
    final Waiter<Object> head = new Asleep();
    final Waiter<Object> next = new Asleep();

    public SignalAgainstLeave() {
      line.join(head, MANY);
      line.join(next, MANY);
    }

    @Actor
    public void signals() {
      line.signal();
    }

    @Actor
    public void leaves() {
      if (line.leave(head) && line.hasSignal(head)) {
        line.signal();
      }
    }

    @Arbiter
    public void after(I_Result r) {
      r.r1 = Slots.one(line.hasSignal(next));
    }
  }

  /** Hand-shake 3, when the head goes because it is served: as Traffic does it. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "the next has to look")
  @Outcome(id = "0", expect = FORBIDDEN, desc = "nobody looks for what the signal was about")
  @State
  public static class ServeAgainstAnswer {
    final WaitLine<Object> line = line();
    final Slot<Object> handed = Slots.lent(1, 1);
    final Waiter<Object> head = new Asleep();
    final Waiter<Object> next = new Asleep();
    int looked;

    public ServeAgainstAnswer() {
      line.join(head, MANY);
      line.join(next, MANY);
      line.signal();
    }

    @Actor
    public void serves() {
      Waiter<Object> served = line.serve(handed, 0);
      if (served != null && line.hasSignal(served)) {
        line.signal();
      }
    }

    @Actor
    public void answers() {
      head.answerSignal();
      if (line.isHead(head)) {
        looked = 1;
      } else if (!head.isWaiting()) {
        line.signal();
      }
    }

    @Arbiter
    public void after(I_Result r) {
      r.r1 = Slots.one(looked == 1 || line.hasSignal(next));
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 0, 0", "0, 1, 0"},
      expect = ACCEPTABLE,
      desc = "served or gone")
  @Outcome(expect = FORBIDDEN, desc = "both or neither: a lease is lost, or a waiter")
  @State
  public static class ServeAgainstLeave {
    final WaitLine<Object> line = line();
    final Slot<Object> slot = Slots.lent(1, 1);
    final Waiter<Object> waiter = new Asleep();

    public ServeAgainstLeave() {
      line.join(waiter, MANY);
    }

    @Actor
    public void serves(III_Result r) {
      r.r1 = Slots.one(line.serve(slot, 0) != null);
    }

    @Actor
    public void leaves(III_Result r) {
      r.r2 = Slots.one(line.leave(waiter));
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = line.waiting();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 0, 7", "0, 0, 0"},
      expect = ACCEPTABLE,
      desc = "served with all that it means")
  @Outcome(expect = FORBIDDEN, desc = "served with less")
  @State
  public static class ServedSeesWhatWasWritten {
    final WaitLine<Object> line = line();
    final Slot<Object> slot = Slots.lent(1, 1);
    final Waiter<Object> waiter = new Asleep();
    int ofTheConnection;

    public ServedSeesWhatWasWritten() {
      line.join(waiter, MANY);
    }

    @Actor
    public void serves() {
      ofTheConnection = 7;
      line.serve(slot, 0);
    }

    @Actor
    public void takes(III_Result r) {
      Slot<Object> mine = waiter.slot();
      if (mine != null) {
        r.r1 = 1;
        r.r3 = ofTheConnection;
      }
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 0, 0", "0, 1, 0"},
      expect = ACCEPTABLE,
      desc = "failed or gone")
  @Outcome(expect = FORBIDDEN, desc = "both or neither")
  @State
  public static class FailAgainstLeave {
    final WaitLine<Object> line = line();
    final Waiter<Object> waiter = new Asleep();

    public FailAgainstLeave() {
      line.join(waiter, MANY);
    }

    @Actor
    public void fails() {
      line.failAll(() -> new PoolClosedException("closed", null));
    }

    @Actor
    public void leaves(III_Result r) {
      r.r2 = Slots.one(line.leave(waiter));
    }

    @Arbiter
    public void after(III_Result r) {
      r.r1 = 1 - r.r2;
      r.r3 = line.waiting();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "one may wait")
  @Outcome(expect = FORBIDDEN, desc = "more wait than may, or fewer")
  @State
  public static class JoinAgainstJoin {
    final WaitLine<Object> line = line();

    @Actor
    public void one(II_Result r) {
      r.r1 = Slots.one(line.join(new Asleep(), 1));
    }

    @Actor
    public void other(II_Result r) {
      r.r2 = Slots.one(line.join(new Asleep(), 1));
    }
  }
}
