package dev.weir.pool.internal.slot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.internal.slot.SlotWord.Phase;
import dev.weir.pool.internal.slot.SlotWord.Returned;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SlotWordTest {
  private final Slot<String> slot = free(1);

  private static Slot<String> free(int limit) {
    Slot<String> slot = new Slot<>();
    slot.reserve();
    fill(slot, slot.generation(), limit);
    slot.letGo();
    slot.giveBack(slot.generation());
    return slot;
  }

  private static boolean fill(Slot<String> slot, int generation, int limit) {
    return slot.fill(generation, "connection", new Slot.Birth(1, 0, 0, 100, 100), limit);
  }

  @Test
  void aFreeSlotIsLentUpToItsLimitAndNotBeyond() {
    Slot<String> shared = free(2);
    assertThat(shared.tryLend()).isTrue();
    assertThat(shared.tryLend()).isTrue();
    assertThat(shared.tryLend()).isFalse();
    assertThat(shared.phase()).isEqualTo(Phase.LEASED);
    assertThat(shared.leases()).isEqualTo(2);
  }

  @Test
  void aLimitThatIsLoweredHoldsFromThenOnAndEndsNoLease() {
    Slot<String> shared = free(3);
    shared.tryLend();
    shared.tryLend();
    assertThat(shared.limitTo(1)).isTrue();
    assertThat(shared.leases()).isEqualTo(2);
    shared.giveBack(shared.generation());
    assertThat(shared.tryLend()).isFalse();
    shared.giveBack(shared.generation());
    assertThat(shared.tryLend()).isTrue();
    shared.limitTo(SlotWord.MAX_LEASES);
    assertThat(shared.limit()).isEqualTo(4095);
    assertThat(shared.tryLend()).isTrue();
  }

  @Test
  void aLeaseBeyondALimitThatWasLoweredIsNotPassedOn() {
    Slot<String> shared = free(2);
    shared.tryLend();
    shared.tryLend();
    shared.limitTo(1);
    assertThat(shared.passOn(shared.generation())).isFalse();
    shared.giveBack(shared.generation());
    assertThat(shared.passOn(shared.generation())).isTrue();
    shared.limitTo(0);
    assertThat(shared.passOn(shared.generation())).isFalse();
  }

  @Test
  void onlyTheLastToLeaveARetiringSlotIsToldToCloseIt() {
    Slot<String> shared = free(2);
    shared.tryLend();
    shared.tryLend();
    int generation = shared.generation();
    shared.retireWhenGivenBack(generation);
    assertThat(shared.giveBack(generation)).isEqualTo(Returned.LENT);
    assertThat(shared.tryLend()).isFalse();
    assertThat(shared.giveBack(generation)).isEqualTo(Returned.CLOSING);
    assertThat(shared.phase()).isEqualTo(Phase.CLOSING);
  }

  @Test
  void aLeaseThatWasGivenBackGivesNothingBackASecondTime() {
    slot.tryLend();
    int generation = slot.generation();
    assertThat(slot.giveBack(generation)).isEqualTo(Returned.FREE);
    slot.tryLend();
    assertThat(slot.giveBack(generation)).isEqualTo(Returned.STALE);
    assertThat(slot.phase()).isEqualTo(Phase.LEASED);
  }

  @Test
  void whoeverPassedItsLeaseOnHasNothingToGiveBack() {
    slot.tryLend();
    int generation = slot.generation();
    assertThat(slot.passOn(generation)).isTrue();
    assertThat(slot.giveBack(generation)).isEqualTo(Returned.STALE);
    assertThat(slot.giveBack(slot.generation())).isEqualTo(Returned.FREE);
    assertThat(slot.passOn(generation)).isFalse();
  }

  @Test
  void whatIsNotForLendingIsNotPassedOn() {
    slot.tryLend();
    slot.doubt();
    assertThat(slot.passOn(slot.generation())).isFalse();
    Slot<String> retiring = free(1);
    retiring.tryLend();
    retiring.retireWhenGivenBack(retiring.generation());
    assertThat(retiring.passOn(retiring.generation())).isFalse();
  }

  @Test
  void aLeaseOfAnEarlierConnectionGivesNothingBack() {
    slot.tryLend();
    int before = slot.generation();
    assertThat(slot.seize()).isTrue();
    slot.vacate(before);
    slot.reserve();
    fill(slot, slot.generation(), 1);
    assertThat(slot.giveBack(before)).isEqualTo(Returned.STALE);
    assertThat(slot.phase()).isEqualTo(Phase.LEASED);
  }

  @Test
  void aSlotBeingCheckedIsNotLent() {
    assertThat(slot.startCheck()).isTrue();
    assertThat(slot.tryLend()).isFalse();
    assertThat(slot.endCheck(slot.generation())).isTrue();
    assertThat(slot.phase()).isEqualTo(Phase.LEASED);
  }

  @Test
  void aDoubtedSlotIsNotLentBeforeItWasChecked() {
    slot.doubtIfFree();
    assertThat(slot.tryLend()).isFalse();
    slot.startCheck();
    slot.endCheck(slot.generation());
    slot.giveBack(slot.generation());
    assertThat(slot.tryLend()).isTrue();
    slot.doubtIfFree();
    assertThat(slot.isDoubted()).isFalse();
  }

  @Test
  void aHeldSlotIsNotLentUntilItIsLetGo() {
    slot.tryLend();
    slot.hold();
    slot.giveBack(slot.generation());
    assertThat(slot.tryLend()).isFalse();
    slot.startCheck();
    slot.endCheck(slot.generation());
    slot.giveBack(slot.generation());
    assertThat(slot.tryLend()).isFalse();
    slot.letGo();
    assertThat(slot.tryLend()).isTrue();
  }

  @Test
  void anEvictedSlotClosesAtOnceWhenItIsFreeAndOtherwiseWhenItsTenureEnds() {
    assertThat(slot.evict()).isTrue();
    assertThat(slot.phase()).isEqualTo(Phase.CLOSING);
    Slot<String> lent = free(1);
    lent.tryLend();
    assertThat(lent.evict()).isFalse();
    assertThat(lent.giveBack(lent.generation())).isEqualTo(Returned.CLOSING);
    Slot<String> checked = free(1);
    checked.startCheck();
    assertThat(checked.evict()).isFalse();
    assertThat(checked.endCheck(checked.generation())).isFalse();
    assertThat(checked.failCheck(checked.generation())).isTrue();
  }

  @Test
  void aCheckThatWasGivenUpCannotEnd() {
    slot.startCheck();
    int generation = slot.generation();
    assertThat(slot.failCheck(generation)).isTrue();
    assertThat(slot.endCheck(generation)).isFalse();
    assertThat(slot.failCheck(generation)).isFalse();
  }

  @Test
  void aTryThatWasGivenUpCannotFillTheSlot() {
    Slot<String> opening = new Slot<>();
    opening.reserve();
    int generation = opening.generation();
    assertThat(opening.retry(generation)).isTrue();
    assertThat(fill(opening, generation, 1)).isFalse();
    assertThat(fill(opening, generation + 1, 1)).isTrue();
  }

  @Test
  void aSlotIsVacatedOnceAndOnlyWhenItIsOpeningOrClosing() {
    assertThat(slot.vacate(slot.generation())).isFalse();
    slot.seize();
    assertThat(slot.seize()).isFalse();
    assertThat(slot.vacate(slot.generation())).isTrue();
    assertThat(slot.vacate(slot.generation())).isFalse();
  }

  @Test
  void threadsWithConsecutiveIdsHaveDifferentHomes() {
    Set<Integer> homes = new HashSet<>();
    for (long id = 1; id <= 64; id++) {
      homes.add(Homes.place(id, 16));
    }
    assertThat(homes).hasSize(16);
  }
}
