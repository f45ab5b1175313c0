package dev.weir.pool.internal.slot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a thread remembers of the slots that it gave back. */
class HomeTest {
  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1_000_000, 0, Long.MAX_VALUE - 100_000})
  void whateverTheClockBeganWithTheLastOfSeveralSlotsIsTheLatest(long begin) {
    Home<String> home = new Homes<String>(begin).of(Thread.currentThread());
    Slot<String> one = new Slot<>();
    Slot<String> other = new Slot<>();

    assertThat(home.remember(one, begin + 1_000)).isEqualTo(begin + 1_000);
    assertThat(home.remember(other, begin + 1_000)).isEqualTo(begin + 1_001);
    assertThat(home.slot()).isSameAs(other);
    assertThat(home.remember(one, begin + 1_000)).isEqualTo(begin + 1_002);
    assertThat(home.slot()).isSameAs(one);
    assertThat(home.remember(one, begin + 5_000)).isEqualTo(begin + 5_000);
  }

  @Test
  void theSameSlotWithinOneTickIsNotLater() {
    Home<String> home = new Homes<String>(0).of(Thread.currentThread());
    Slot<String> slot = new Slot<>();

    assertThat(home.remember(slot, 1_000)).isEqualTo(1_000);
    assertThat(home.remember(slot, 1_000)).isEqualTo(1_000);
  }
}
