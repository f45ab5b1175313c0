package dev.weir.bench.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void percentilesAreExactOverAllParts() {
    var odd = new Samples();
    var even = new Samples();
    for (int i = 1; i <= 1000; i++) {
      (i % 2 == 0 ? even : odd).add(i);
    }

    Samples.Sorted all = Samples.merged(List.of(odd, even));

    assertThat(all.count()).isEqualTo(1000);
    assertThat(all.percentile(0.5)).isEqualTo(500);
    assertThat(all.percentile(0.99)).isEqualTo(990);
    assertThat(all.percentile(1)).isEqualTo(1000);
    assertThat(all.percentile(0)).isEqualTo(1);
    assertThat(all.mean()).isEqualTo(500.5);
  }

  @Test
  void ofNothingThereIsNoPercentile() {
    Samples.Sorted none = Samples.merged(List.of(new Samples()));

    assertThat(none.count()).isZero();
    assertThat(none.percentile(0.5)).isNaN();
    assertThat(none.mean()).isNaN();
  }
}
