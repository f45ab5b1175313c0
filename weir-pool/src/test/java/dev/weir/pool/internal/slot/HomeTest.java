package dev.weir.pool.internal.slot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a thread remembers of the slots that it gave back. */
class HomeTest {
  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1_000_000, 0, Long.MAX_VALUE - 100})
  void whateverTheClockBeganWithAStampIsTheTimeAndLaterThanTheOneBefore(long begin) {
    Home<String> home = new Homes<String>(begin).mine();
    assertThat(home.stamp(begin + 1_000)).isEqualTo(begin + 1_000);
    assertThat(home.stamp(begin + 1_000)).isEqualTo(begin + 1_001);
    assertThat(home.stamp(begin + 5_000)).isEqualTo(begin + 5_000);
  }
}
