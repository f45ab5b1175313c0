package dev.weir.pool.internal.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HistogramTest {
  @Test
  void everyTimeFallsIntoABucketAtMostAnEighthWide() {
    for (long time = 1; time < 1L << 46; time = time * 5 / 4 + 1) {
      long upper = Histogram.upperEnd(Histogram.bucket(time));
      assertThat(upper).isBetween(time, time + time / 8);
    }
  }

  @Test
  void percentilesMeanAndMaximumAreThoseOfWhatWasRecorded() {
    Histogram histogram = new Histogram();
    for (int i = 1; i <= 100; i++) {
      histogram.record(i * 1_000L);
    }
    var times = histogram.snapshot().times();
    assertThat(times.count()).isEqualTo(100);
    assertThat(times.mean()).isEqualTo(Duration.ofNanos(50_500));
    assertThat(times.p50().toNanos()).isBetween(50_000L, 56_250L);
    assertThat(times.p99().toNanos()).isBetween(99_000L, 100_000L);
    assertThat(times.max()).isEqualTo(Duration.ofNanos(100_000));
  }

  @Test
  void timesBeyondTheLastBucketAndBelowZeroAreCountedToo() {
    Histogram histogram = new Histogram();
    histogram.record(Long.MAX_VALUE);
    histogram.record(-5);
    assertThat(histogram.snapshot().count()).isEqualTo(2);
  }
}
