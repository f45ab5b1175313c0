package dev.weir.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void numbersHaveThreeSignificantDigits() {
    assertThat(Figures.plain(0)).isEqualTo("0");
    assertThat(Figures.plain(0.012345)).isEqualTo("0.0123");
    assertThat(Figures.plain(1)).isEqualTo("1.00");
    assertThat(Figures.plain(45.67)).isEqualTo("45.7");
    assertThat(Figures.plain(1234)).isEqualTo("1,230");
    assertThat(Figures.plain(-7890)).isEqualTo("-7,890");
    assertThat(Figures.plain(12_345_678)).isEqualTo("12,300,000");
  }

  @Test
  void whatWasNotMeasuredIsADash() {
    assertThat(Figures.plain(Double.NaN)).isEqualTo("–");
    assertThat(Figures.nanos(Double.NaN)).isEqualTo("–");
    assertThat(Figures.ratio(Double.POSITIVE_INFINITY)).isEqualTo("–");
  }

  @Test
  void spansAndRatesHaveTheUnitThatFits() {
    assertThat(Figures.nanos(9.66)).isEqualTo("9.66 ns");
    assertThat(Figures.nanos(4_500)).isEqualTo("4.50 µs");
    assertThat(Figures.nanos(150e6)).isEqualTo("150 ms");
    assertThat(Figures.nanos(30e9)).isEqualTo("30.0 s");
    assertThat(Figures.perSecond(12_400)).isEqualTo("12,400/s");
    assertThat(Figures.perSecond(104e6)).isEqualTo("104 M/s");
    assertThat(Figures.percent(0.733)).isEqualTo("73.3 %");
  }

  @Test
  void theMedianOfAnEvenNumberIsBetweenTheMiddleTwo() {
    assertThat(Figures.median(List.of(9.0, 1.0, 2.0))).isEqualTo(2);
    assertThat(Figures.median(List.of(4.0, 1.0, 2.0, 9.0))).isEqualTo(3);
    assertThat(Figures.median(List.of())).isNaN();
  }

  @Test
  void aQuantileIsOneOfTheValues() {
    double[] values = {5, 1, 4, 2, 3};
    assertThat(Figures.quantile(values, 0.5)).isEqualTo(3);
    assertThat(Figures.quantile(values, 0.99)).isEqualTo(5);
    assertThat(Figures.quantile(values, 0)).isEqualTo(1);
    assertThat(Figures.quantile(new double[0], 0.5)).isNaN();
  }
}
