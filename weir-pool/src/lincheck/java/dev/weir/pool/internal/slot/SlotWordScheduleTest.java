package dev.weir.pool.internal.slot;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * The moves of the state word, several at a time, under schedules that Lincheck chooses: whatever
 * they tell their callers, they could have told one after the other. The sequential specification
 * is the word itself, on one thread.
 */
public class SlotWordScheduleTest {
  private static final int SCENARIOS = 30;
  private static final int SCHEDULES = 300;

  private final Slot<String> slot = new Slot<>();

  public SlotWordScheduleTest() {
    slot.reserve();
    slot.fill(slot.generation(), "connection", new Slot.Birth(1, 0, 1, 100, 100), 2);
    slot.letGo();
    slot.giveBack(slot.generation());
  }

  @Operation
  public boolean lend() {
    return slot.tryLend();
  }

  @Operation
  public boolean take() {
    return slot.tryTake();
  }

  @Operation
  public boolean evict() {
    return slot.evict();
  }

  @Operation
  public boolean seize() {
    return slot.seize();
  }

  @Operation
  public boolean startCheck() {
    return slot.startCheck();
  }

  @Operation
  public boolean limitToOne() {
    return slot.limitTo(1);
  }

  @Operation
  public void hold() {
    slot.hold();
  }

  @Operation
  public void letGo() {
    slot.letGo();
  }

  @Operation
  public void doubt() {
    slot.doubtIfFree();
  }

  @Operation
  public boolean isLendable() {
    return slot.isLendable();
  }

  @Operation
  public int leases() {
    return slot.leases();
  }

  @Test
  void theMovesOfSeveralThreadsCouldHaveBeenMadeOneAfterTheOther() {
    new ModelCheckingOptions()
        .iterations(SCENARIOS)
        .invocationsPerIteration(SCHEDULES)
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(1)
        .check(SlotWordScheduleTest.class);
  }
}
