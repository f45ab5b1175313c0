package dev.weir.pool.internal.slot;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.weir.pool.internal.slot.SlotWord.Phase;
import dev.weir.pool.internal.slot.SlotWord.Returned;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The moves of the state word against each other. What each guards: {@code guards.md}. */
public class SlotStress {

  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "one of the two has it")
  @Outcome(expect = FORBIDDEN, desc = "lent twice, or not at all")
  @State
  public static class LendAgainstLend {
    final Slot<Object> slot = Slots.free(1);

    @Actor
    public void one(II_Result r) {
      r.r1 = Slots.one(slot.tryLend());
    }

    @Actor
    public void other(II_Result r) {
      r.r2 = Slots.one(slot.tryLend());
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 1, 2", "2, 0, 2"},
      expect = ACCEPTABLE,
      desc = "two leases")
  @Outcome(expect = FORBIDDEN, desc = "more or fewer leases than the limit")
  @State
  public static class LendUpToTheLimit {
    final Slot<Object> slot = Slots.free(2);

    @Actor
    public void one(III_Result r) {
      r.r1 = Slots.one(slot.tryLend()) + Slots.one(slot.tryLend());
    }

    @Actor
    public void other(III_Result r) {
      r.r2 = Slots.one(slot.tryLend());
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = slot.leases();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 2, 1", "0, 1, 1"},
      expect = ACCEPTABLE,
      desc = "before or after the new limit")
  @Outcome(expect = FORBIDDEN, desc = "a limit or a lease was lost")
  @State
  public static class LendAgainstALowerLimit {
    final Slot<Object> slot = Slots.lent(1, 2);

    @Actor
    public void lends(III_Result r) {
      r.r1 = Slots.one(slot.tryLend());
    }

    @Actor
    public void lowers(III_Result r) {
      slot.limitTo(1);
    }

    @Arbiter
    public void after(III_Result r) {
      r.r2 = slot.leases();
      r.r3 = slot.limit();
    }
  }

  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "closed by one")
  @Outcome(expect = FORBIDDEN, desc = "closed twice, or by nobody")
  @State
  public static class GiveBackAgainstRetire {
    final Slot<Object> slot = Slots.lent(2, 2);
    final int generation = slot.generation();
    int one;
    int other;

    @Actor
    public void gives() {
      one = Slots.closes(slot.giveBack(generation));
    }

    @Actor
    public void retires() {
      slot.retireWhenGivenBack(generation);
      other = Slots.closes(slot.giveBack(generation));
    }

    @Arbiter
    public void after(I_Result r) {
      r.r1 = one + other;
    }
  }

  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "closed by one")
  @Outcome(expect = FORBIDDEN, desc = "closed twice, or by nobody")
  @State
  public static class LendAndGiveBackAgainstEvict {
    final Slot<Object> slot = Slots.free(1);
    int one;
    int other;

    @Actor
    public void uses() {
      if (slot.tryLend()) {
        one = Slots.closes(slot.giveBack(slot.generation()));
      }
    }

    @Actor
    public void evicts() {
      other = Slots.one(slot.evict());
    }

    @Arbiter
    public void after(I_Result r) {
      r.r1 = one + other;
    }
  }

  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "closed by one")
  @Outcome(expect = FORBIDDEN, desc = "closed twice, or by nobody")
  @State
  public static class RetireAgainstSeize {
    final Slot<Object> slot = Slots.lent(1, 1);
    final int generation = slot.generation();
    int one;
    int other;

    @Actor
    public void retires() {
      slot.retireWhenGivenBack(generation);
      one = Slots.closes(slot.giveBack(generation));
    }

    @Actor
    public void seizes() {
      other = Slots.one(slot.seize());
    }

    @Arbiter
    public void after(I_Result r) {
      r.r1 = one + other;
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "ended once")
  @Outcome(expect = FORBIDDEN, desc = "one lease was given back twice, or never")
  @State
  public static class GiveBackTwice {
    final Slot<Object> slot = Slots.lent(1, 1);
    final int generation = slot.generation();

    @Actor
    public void one(II_Result r) {
      r.r1 = Slots.one(slot.giveBack(generation) == Returned.FREE);
    }

    @Actor
    public void other(II_Result r) {
      r.r2 = Slots.one(slot.giveBack(generation) == Returned.FREE);
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "one of the two has it")
  @Outcome(expect = FORBIDDEN, desc = "used while it is checked, or by nobody")
  @State
  public static class StartCheckAgainstLend {
    final Slot<Object> slot = Slots.free(1);

    @Actor
    public void checks(II_Result r) {
      r.r1 = Slots.one(slot.startCheck());
    }

    @Actor
    public void lends(II_Result r) {
      r.r2 = Slots.one(slot.tryLend());
    }
  }

  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "closed by one")
  @Outcome(expect = FORBIDDEN, desc = "closed twice, or by nobody")
  @State
  public static class EndCheckAgainstEvict {
    final Slot<Object> slot = Slots.free(1);
    int one;
    int other;

    public EndCheckAgainstEvict() {
      slot.startCheck();
    }

    @Actor
    public void ends() {
      int generation = slot.generation();
      if (slot.endCheck(generation)) {
        one = Slots.closes(slot.giveBack(generation));
      } else {
        one = Slots.one(slot.failCheck(generation));
      }
    }

    @Actor
    public void evicts() {
      other = Slots.one(slot.evict());
    }

    @Arbiter
    public void after(I_Result r) {
      r.r1 = one + other;
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "either arrived or given up")
  @Outcome(expect = FORBIDDEN, desc = "an open that was given up filled the slot")
  @State
  public static class FillAgainstRetry {
    final Slot<Object> slot = new Slot<>();

    public FillAgainstRetry() {
      slot.reserve();
    }

    @Actor
    public void fills(II_Result r) {
      Slot.Birth birth = new Slot.Birth(1, 0, 1, 100, 100);
      r.r1 = Slots.one(slot.fill(1, this, birth, 1));
    }

    @Actor
    public void givesUp(II_Result r) {
      r.r2 = Slots.one(slot.retry(1));
    }
  }

  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both marks are there")
  @Outcome(expect = FORBIDDEN, desc = "one mark overwrote the other")
  @State
  public static class DoubtAgainstLimit {
    final Slot<Object> slot = Slots.free(2);

    @Actor
    public void doubts() {
      slot.doubtIfFree();
    }

    @Actor
    public void limits() {
      slot.limitTo(1);
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = Slots.one(slot.isDoubted());
      r.r2 = slot.limit();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 1", "0, 1"},
      expect = ACCEPTABLE,
      desc = "before or after the suspension")
  @Outcome(expect = FORBIDDEN, desc = "the suspension was lost")
  @State
  public static class LendAgainstHold {
    final Slot<Object> slot = Slots.free(2);

    @Actor
    public void lends(II_Result r) {
      r.r1 = Slots.one(slot.tryLend());
    }

    @Actor
    public void holds() {
      slot.hold();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r2 = Slots.one(!slot.tryLend());
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 1", "0, 1"},
      expect = ACCEPTABLE,
      desc = "one holder, whoever it is")
  @Outcome(expect = FORBIDDEN, desc = "given back by one who had passed it on")
  @State
  public static class GiveBackAgainstPassOn {
    final Slot<Object> slot = Slots.lent(1, 1);
    final int generation = slot.generation();

    @Actor
    public void passesOn(II_Result r) {
      r.r1 = Slots.one(slot.passOn(generation));
    }

    @Actor
    public void endsItOnceMore(II_Result r) {
      Returned returned = slot.giveBack(generation);
      r.r2 = returned == Returned.FREE || returned == Returned.STALE ? 1 : 0;
    }

    @Arbiter
    public void after(II_Result r) {
      boolean asItShould = slot.phase() == (r.r1 == 1 ? Phase.LEASED : Phase.IDLE);
      r.r2 = asItShould ? r.r2 : -1;
    }
  }

  @JCStressTest
  @Outcome(
      id = {"0, 0, 0", "1, 7, 8"},
      expect = ACCEPTABLE,
      desc = "all that the last one did")
  @Outcome(expect = FORBIDDEN, desc = "lent without what the last holder had written")
  @State
  public static class LendSeesTheLastLease {
    final Slot<Object> slot = Slots.lent(1, 1);
    final int generation = slot.generation();
    int ofTheConnection;

    @Actor
    public void lastHolder() {
      ofTheConnection = 7;
      slot.returned(8, 100);
      slot.giveBack(generation);
    }

    @Actor
    public void nextHolder(III_Result r) {
      if (slot.tryLend()) {
        r.r1 = 1;
        r.r2 = ofTheConnection;
        r.r3 = (int) slot.lastUsed();
      }
    }
  }
}
