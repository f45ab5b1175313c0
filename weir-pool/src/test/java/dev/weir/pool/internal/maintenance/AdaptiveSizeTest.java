package dev.weir.pool.internal.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** P13: grows and shrinks by demand, and never flaps. */
class AdaptiveSizeTest {
  private final AdaptiveSize size = new AdaptiveSize(2);

  private void window(int... demands) {
    for (int demand : demands) {
      size.sample(demand);
    }
    size.windowEnds(2, 100);
  }

  @Test
  void itGrowsAtOnceToWhatIsNeeded() {
    size.sample(40);
    assertThat(size.target()).isEqualTo(40);
  }

  @Test
  void itStaysWithinTheBounds() {
    window(500);
    assertThat(size.target()).isEqualTo(100);
    for (int i = 0; i < 100; i++) {
      window(0);
    }
    assertThat(size.target()).isEqualTo(2);
  }

  @Test
  void itShrinksStepByStepOnlyAfterSomeCalmWindows() {
    window(80);
    window(8);
    window(8);
    assertThat(size.target()).isEqualTo(80);
    window(8);
    assertThat(size.target()).isBetween(50, 79);
    for (int i = 0; i < 40; i++) {
      window(8);
    }
    assertThat(size.target()).isEqualTo(9); // with an eighth on top
  }

  @Test
  void aDemandThatComesAndGoesNeverChangesItAfterTheFirstWave() {
    Random random = new Random(7);
    window(60);
    for (int i = 0; i < 1000; i++) {
      // A wave every second or third window.
      window(random.nextInt(10));
      if (random.nextBoolean()) {
        window(random.nextInt(10));
      }
      window(60);
      assertThat(size.target()).isEqualTo(60);
    }
  }

  @Test
  void aSteadyDemandWithNoiseMakesItSettle() {
    Random random = new Random(8);
    for (int i = 0; i < 100; i++) {
      window(20 + random.nextInt(3));
    }
    int settled = size.target();
    for (int i = 0; i < 1000; i++) {
      window(20 + random.nextInt(3));
      assertThat(size.target()).isEqualTo(settled);
    }
  }
}
