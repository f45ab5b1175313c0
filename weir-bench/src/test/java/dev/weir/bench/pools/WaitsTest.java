package dev.weir.bench.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;

class WaitsTest {
  @Test
  void quantilesAreRightToSixPercent() {
    Waits waits = new Waits();
    for (int i = 1; i <= 100_000; i++) {
      waits.record(i * 37L);
    }
    assertThat(waits.quantile(0.5)).isCloseTo(50_000 * 37.0, withinPercentage(6));
    assertThat(waits.quantile(0.99)).isCloseTo(99_000 * 37.0, withinPercentage(6));
    assertThat(waits.max()).isEqualTo(3_700_000);
    assertThat(waits.quantile(1)).isLessThanOrEqualTo(3_700_000);
  }

  @Test
  void smallAndHugeValuesHaveTheirPlace() {
    Waits waits = new Waits();
    waits.record(0);
    waits.record(-5);
    waits.record(Long.MAX_VALUE);
    assertThat(waits.quantile(0.5)).isLessThan(1);
    assertThat(waits.max()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whatSeveralThreadsWaitedIsAddedUp() {
    Waits one = new Waits();
    Waits other = new Waits();
    one.record(10);
    other.record(1000);
    other.record(1000);
    one.add(other);
    assertThat(one.quantile(0.9)).isCloseTo(1000, withinPercentage(6));
    assertThat(one.max()).isEqualTo(1000);
  }

  @Test
  void nothingRecordedIsNoNumber() {
    assertThat(new Waits().quantile(0.5)).isNaN();
  }

  @Test
  void starvedIsWhoGotLessThanATenthOfTheMean() {
    assertThat(ClosedLoop.starved(new long[] {100, 100, 100, 100})).isZero();
    assertThat(ClosedLoop.starved(new long[] {0, 9, 200, 200})).isEqualTo(0.5);
  }
}
