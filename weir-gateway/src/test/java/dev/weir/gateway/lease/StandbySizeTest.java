package dev.weir.gateway.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class StandbySizeTest {
  private static final long MIB = 1 << 20;

  private long now = Long.MAX_VALUE - 1_000_000; // a clock may overflow

  private StandbySize size(int min, int max) {
    return new StandbySize(
        new StandbyBounds(min, max, 400 * MIB, Duration.ofMinutes(5), Duration.ZERO), () -> now);
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void nobodyCameSoThereAreAsManyAsTheOperatorWantsAlways() {
    assertThat(size(0, 4).wanted(0)).isZero();
    assertThat(size(2, 4).wanted(0)).isEqualTo(2);
  }

  @Test
  void oneIsKeptWhileSomebodyComesNowAndThenAndNoneWhenNobodyHasForLong() {
    StandbySize size = size(0, 4);
    size.arrived();
    size.started(Duration.ofMillis(400));
    assertThat(size.wanted(0)).isEqualTo(1);
    pass(Duration.ofMinutes(4));
    assertThat(size.wanted(0)).isEqualTo(1);
    pass(Duration.ofMinutes(2));
    assertThat(size.wanted(0)).isZero();
  }

  @Test
  void asManyAreKeptAsArriveWhileOneStartsTwice() {
    StandbySize size = size(0, 100);
    size.started(Duration.ofSeconds(2));
    for (int i = 0; i < 600; i++) {
      size.arrived();
      pass(Duration.ofMillis(200));
    }
    // five a second, two seconds each, twice
    assertThat(size.wanted(0)).isBetween(18, 22);
  }

  @Test
  void neverMoreThanTheBoundNorThanTheMemoryHolds() {
    StandbySize size = size(0, 6);
    size.started(Duration.ofSeconds(10));
    for (int i = 0; i < 100; i++) {
      size.arrived();
    }
    assertThat(size.wanted(0)).isEqualTo(6);
    assertThat(size.wanted(100 * MIB)).isEqualTo(4);
    assertThat(size.wanted(500 * MIB)).isZero();
  }

  @Test
  void noneIsKeptForAWhileWhenTheyDieAndTheWhileGrows() {
    StandbySize size = size(2, 4);
    size.died();
    assertThat(size.wanted(0)).isZero();
    pass(Duration.ofMillis(1_100));
    assertThat(size.wanted(0)).isEqualTo(2);
    size.died();
    pass(Duration.ofMillis(1_100));
    assertThat(size.wanted(0)).isZero();
    pass(Duration.ofMillis(1_000));
    assertThat(size.wanted(0)).isEqualTo(2);
    for (int i = 0; i < 50; i++) {
      size.died();
    }
    pass(Duration.ofSeconds(59));
    assertThat(size.wanted(0)).isZero();
    pass(Duration.ofSeconds(2));
    assertThat(size.wanted(0)).isEqualTo(2);
  }

  @Test
  void afterOneThatAnsweredThePausesBeginAnewWhoeverStartedIt() {
    StandbySize size = size(2, 4);
    List<Runnable> signs = List.of(() -> size.started(Duration.ofSeconds(1)), size::answered);
    for (Runnable sign : signs) {
      for (int i = 0; i < 50; i++) {
        size.died();
      }
      sign.run();
      assertThat(size.wanted(0)).isEqualTo(2);
      size.died();
      assertThat(size.wanted(0)).isZero();
      pass(Duration.ofMillis(1_100));
      assertThat(size.wanted(0)).isEqualTo(2);
    }
  }

  @Test
  void whatIsExpectedIsKeptWithinTheBoundsUntilItIsTooLongAgo() {
    StandbySize size = size(1, 4);
    size.expect(3);
    assertThat(size.wanted(0)).isEqualTo(3);
    size.expect(9);
    assertThat(size.wanted(0)).isEqualTo(4);
    pass(Duration.ofMinutes(6));
    assertThat(size.wanted(0)).isEqualTo(1);
  }

  @Test
  void otherBoundsHoldFromThenOn() {
    StandbySize size = size(1, 4);
    size.resize(2, 3);
    assertThat(size.wanted(0)).isEqualTo(2);
    size.expect(9);
    assertThat(size.wanted(0)).isEqualTo(3);
  }
}
