package dev.weir.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StolenTimeTest {
  @Test
  void itIsThePartOfTheWantedTimeThatWasNotGiven() {
    long[] before = StolenTime.read(List.of("cpu  100 0 50 900 10 0 5 20 0 0", "cpu0 1 2 3"));
    long[] after = StolenTime.read(List.of("cpu  160 0 70 5900 90 0 5 40 0 0", "cpu0 1 2 3"));
    assertThat(StolenTime.share(before, after)).isEqualTo(0.2);
  }

  @Test
  void whereNobodyCountsItThereIsNone() {
    assertThat(StolenTime.share(StolenTime.read(List.of()), StolenTime.read(List.of()))).isZero();
    assertThat(StolenTime.read(List.of("cpu 1 2 3 4"))).hasSize(8);
  }

  @Test
  void onThisMachineItIsAShare() {
    assertThat(StolenTime.begin().share()).isBetween(0.0, 1.0);
  }
}
