package dev.weir.pool.internal.slot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

class SlotTableTest {
  private final SlotTable<Object> table = new SlotTable<>(0, 3, 1);

  private Slot<Object> lent() {
    Slot<Object> slot = Objects.requireNonNull(table.reserve(10, 10, 0));
    assertThat(slot.fill(slot.generation(), new Object(), new Slot.Birth(1, 0, 0, 100, 100), 1))
        .isTrue();
    table.openEnded();
    slot.letGo();
    slot.lent(0, Thread.currentThread(), new Homes<>(0));
    return slot;
  }

  @Test
  void ofTwoThatComeBackTogetherOnlyTheOneThatIsTooManyRetires() {
    Slot<Object> first = lent();
    Slot<Object> second = lent();
    table.resize(0, 1);
    assertThat(table.isOver()).isTrue();
    assertThat(table.retireIfOver(first, first.generation())).isTrue();
    assertThat(table.isOver()).as("it goes when it comes back").isFalse();
    assertThat(table.retireIfOver(second, second.generation())).isFalse();
    assertThat(first.giveBack(first.generation())).isEqualTo(SlotWord.Returned.CLOSING);
    assertThat(second.giveBack(second.generation())).isEqualTo(SlotWord.Returned.FREE);
  }

  @Test
  void aFreeOneIsEvictedOnlyWhileThereIsOneTooMany() {
    Slot<Object> first = lent();
    Slot<Object> second = lent();
    first.giveBack(first.generation());
    second.giveBack(second.generation());
    table.resize(0, 1);
    assertThat(table.evictIfOver(first)).isTrue();
    assertThat(table.evictIfOver(second)).isFalse();
    assertThat(table.staying()).isEqualTo(1);
  }

  @Test
  void aLeaseHasEndedWhenItWasGivenAndIsNotOutAnyMore() {
    Slot<Object> slot = lent();
    assertThat(table.uses()).isEqualTo(1);
    assertThat(table.ended()).isZero();
    slot.giveBack(slot.generation());
    assertThat(table.ended()).isEqualTo(1);
    assertThat(slot.evict()).isTrue();
    assertThat(table.vacate(slot, slot.generation())).isTrue();
    assertThat(table.ended()).as("also when its place is free").isEqualTo(1);
    assertThat(table.uses()).isEqualTo(1);
  }
}
