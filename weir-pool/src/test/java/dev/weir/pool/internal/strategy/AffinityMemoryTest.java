package dev.weir.pool.internal.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotTable;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** P11: what is remembered of a key, and for how long. */
class AffinityMemoryTest {
  private final SlotTable<String> table = new SlotTable<>(0, 2, 1);
  private final Affinity<String> affinity = new Affinity<>();

  private Slot<String> lent(long id) {
    Slot<String> slot = Objects.requireNonNull(table.reserve(9, 9, 0));
    slot.fill(slot.generation(), "connection " + id, new Slot.Birth(id, 0, 0, 1000, 1000), 1);
    return slot;
  }

  @Test
  void aKeyThatWentQuietIsForgottenAndTheOthersStay() {
    Slot<String> one = lent(1);
    Slot<String> other = lent(2);
    affinity.remember("quiet", one, 10);
    affinity.remember("busy", other, 10);
    affinity.remember("busy", other, 50);
    affinity.forget(30);
    assertThat(affinity.slotOf("quiet")).isNull();
    assertThat(affinity.slotOf("busy")).isSameAs(other);
    assertThat(affinity.size()).isEqualTo(1);
  }

  @Test
  void aKeyOfAConnectionThatIsGoneIsForgotten() {
    Slot<String> slot = lent(1);
    affinity.remember("key", slot, 10);
    slot.seize();
    table.vacate(slot, slot.generation());
    assertThat(affinity.slotOf("key")).isNull();
    lent(2);
    assertThat(affinity.slotOf("key")).isNull();
    affinity.forget(0);
    assertThat(affinity.size()).isZero();
  }

  @Test
  void noMoreKeysAreRememberedThanTheMemoryHolds() {
    Slot<String> slot = lent(1);
    for (int key = 0; key < 150_000; key++) {
      affinity.remember(key, slot, 10);
    }
    assertThat(affinity.size()).isEqualTo(100_000);
  }
}
