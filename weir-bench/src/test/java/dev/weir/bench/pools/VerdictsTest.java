package dev.weir.bench.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.bench.pools.Verdicts.Verdict;
import dev.weir.bench.pools.contender.Contenders;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** P19: the race judges its own figures by the targets. */
class VerdictsTest {
  private final Samples samples = new Samples();

  private void rounds(String contender, Scenario scenario, Metric metric, double... values) {
    for (int i = 0; i < values.length; i++) {
      samples.add(new Samples.Sample(i + 1, contender, scenario, metric, values[i]));
    }
  }

  private Optional<Boolean> reached(Scenario scenario, String target) {
    return Verdicts.of(samples, Contenders.all(), List.of(scenario), 2).stream()
        .filter(verdict -> verdict.target().startsWith(target))
        .map(Verdict::reached)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aRatioIsTakenInEachRoundAndThenTheMedian() {
    rounds("weir", Scenario.B, Metric.OPS_PER_SECOND, 100, 10, 90);
    rounds("hikari", Scenario.B, Metric.OPS_PER_SECOND, 50, 5, 30);
    assertThat(samples.ratios("weir", "hikari", Scenario.B, Metric.OPS_PER_SECOND))
        .containsExactly(2.0, 2.0, 3.0);
    assertThat(samples.ratio("weir", "hikari", Scenario.B, Metric.OPS_PER_SECOND)).isEqualTo(2);
    assertThat(samples.ratio("weir", "agroal", Scenario.B, Metric.OPS_PER_SECOND)).isNaN();
  }

  @Test
  void aRoundThatOneOfThemMissedCountsForNeither() {
    rounds("weir", Scenario.B, Metric.OPS_PER_SECOND, 100, 10);
    rounds("hikari", Scenario.B, Metric.OPS_PER_SECOND, 50);
    assertThat(samples.ratios("weir", "hikari", Scenario.B, Metric.OPS_PER_SECOND))
        .containsExactly(2.0);
  }

  @Test
  void evennessIsLeastToMostServed() {
    rounds("weir", Scenario.H2, Metric.LEAST_SERVED, 50, 80, 60);
    rounds("weir", Scenario.H2, Metric.MOST_SERVED, 100, 100, 100);
    assertThat(samples.evenness("weir", Scenario.H2)).isCloseTo(0.6, within(1e-9));
  }

  @Test
  void oneThreadIsJudgedAgainstHikariAndTheFastestObjectPool() {
    rounds("weir", Scenario.A, Metric.CPU_PER_OP, 14, 14);
    rounds("hikari", Scenario.A, Metric.CPU_PER_OP, 150, 130);
    rounds("stormpot", Scenario.A, Metric.CPU_PER_OP, 10, 10);
    rounds("noop", Scenario.A, Metric.CPU_PER_OP, 1, 1);
    assertThat(reached(Scenario.A, "at most 0.1 x")).contains(false);
    assertThat(reached(Scenario.A, "within 5 ns")).contains(true);
    assertThat(reached(Scenario.A, "allocates at most")).isEmpty();
  }

  @Test
  void aheadMeansOfTheNearestThatWakesItsWaiters() {
    rounds("weir", Scenario.C, Metric.OPS_PER_SECOND, 100);
    rounds("stormpot", Scenario.C, Metric.OPS_PER_SECOND, 140);
    rounds("jetty", Scenario.C, Metric.OPS_PER_SECOND, 300);
    rounds("lock", Scenario.C, Metric.OPS_PER_SECOND, 300);
    rounds("agroal", Scenario.C, Metric.OPS_PER_SECOND, 90);
    assertThat(reached(Scenario.C, "ahead of every pool")).contains(true);
    assertThat(reached(Scenario.C, "at most 1.5 x")).contains(true);
    rounds("agroal", Scenario.C, Metric.OPS_PER_SECOND, 101);
    assertThat(reached(Scenario.C, "ahead of every pool")).contains(false);
  }

  @Test
  void theDataSourceIsJudgedAgainstOtherDataSourcesOnly() {
    rounds("weir-jdbc", Scenario.S1, Metric.CPU_PER_OP, 40, 60);
    rounds("hikari", Scenario.S1, Metric.CPU_PER_OP, 100, 100);
    assertThat(reached(Scenario.S1, "weir-jdbc: at most 0.5 x")).contains(true);
    rounds("weir-jdbc", Scenario.S8, Metric.OPS_PER_SECOND, 100);
    rounds("stormpot", Scenario.S8, Metric.OPS_PER_SECOND, 300);
    rounds("agroal", Scenario.S8, Metric.OPS_PER_SECOND, 99);
    assertThat(reached(Scenario.S8, "weir-jdbc: ahead")).contains(true);
    rounds("beecp", Scenario.S8, Metric.OPS_PER_SECOND, 101);
    assertThat(reached(Scenario.S8, "weir-jdbc: ahead")).contains(false);
  }

  @Test
  void aPoolThatStarvesSomebodyDoesNotCountWhereNothingIsHeld() {
    rounds("weir", Scenario.D1, Metric.OPS_PER_SECOND, 100);
    rounds("stormpot", Scenario.D1, Metric.OPS_PER_SECOND, 900);
    rounds("stormpot", Scenario.D1, Metric.STARVED, 0.1);
    rounds("hikari", Scenario.D1, Metric.OPS_PER_SECOND, 60);
    rounds("hikari", Scenario.D1, Metric.STARVED, 0);
    assertThat(reached(Scenario.D1, "ahead of every pool")).contains(true);
    assertThat(reached(Scenario.D1, "at least BeeCP")).isEmpty();
  }

  @Test
  void waitsAreComparedWithThosePoolsThatServedAllAlike() {
    rounds("weir", Scenario.H2, Metric.WAIT_P99, 19e6);
    rounds("tomcat", Scenario.H2, Metric.WAIT_P99, 10e6);
    rounds("tomcat", Scenario.H2, Metric.LEAST_SERVED, 95);
    rounds("tomcat", Scenario.H2, Metric.MOST_SERVED, 100);
    rounds("stormpot", Scenario.H2, Metric.WAIT_P99, 300);
    rounds("stormpot", Scenario.H2, Metric.LEAST_SERVED, 0);
    rounds("stormpot", Scenario.H2, Metric.MOST_SERVED, 100);
    assertThat(reached(Scenario.H2, "p99")).contains(true);
  }

  @Test
  void aCallerThatWasNotServedOrNotToldIsNotForgotten() {
    rounds("weir", Scenario.SPIKE20, Metric.LAST_KNEW, 104e6);
    rounds("weir", Scenario.SPIKE20, Metric.SERVED, 19);
    assertThat(reached(Scenario.SPIKE20, "last served")).contains(false);
    rounds("weir", Scenario.DOWN, Metric.LAST_KNEW, 60e6);
    rounds("weir", Scenario.DOWN, Metric.TOLD_THE_CAUSE, 8);
    assertThat(reached(Scenario.DOWN, "all callers know")).contains(true);
  }
}
