package dev.weir.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.gateway.contender.Server;
import dev.weir.bench.gateway.contender.Wire;
import dev.weir.bench.report.Verdict;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetsTest {
  private final Measurements measurements = new Measurements();

  private static Scene scene(Scene.Kind kind) {
    return Scene.of(kind, Server.LIGHT, Wire.STDIO, Duration.ZERO, 32);
  }

  private List<String> verdicts() {
    return Targets.judge(measurements, Plan.usual(false), 2).stream().map(Verdict::line).toList();
  }

  private void add(Scene.Kind kind, String contender, Metric metric, double... values) {
    for (int round = 0; round < values.length; round++) {
      measurements.add(scene(kind), contender, round, metric, values[round]);
    }
  }

  @Test
  void whatACallHasAddedIsTakenWithinEachRound() {
    add(Scene.Kind.CALL, "direct", Metric.P50, 1e6, 2e6, 3e6);
    add(Scene.Kind.CALL, "weir", Metric.P50, 1.1e6, 2.1e6, 3.1e6);
    add(Scene.Kind.CALL, "supergateway", Metric.P50, 1.2e6, 2.2e6, 3.2e6);
    add(Scene.Kind.CALL, "mcp-proxy", Metric.P50, 1.15e6, 2.15e6, 3.15e6);

    assertThat(verdicts().get(0)).startsWith("Reached").contains("0.15 ms", "100 µs");
    assertThat(verdicts().get(1)).startsWith("Not reached").contains("0.667 x of what mcp-proxy");
  }

  @Test
  void twoSlowSessionsInAHundredAreBeyondP99() {
    double[] opens = new double[100];
    Arrays.fill(opens, 1e6);
    opens[17] = 6e6;
    opens[18] = 6e6;
    add(Scene.Kind.OPEN, "weir", Metric.OPEN, opens);
    add(Scene.Kind.OPEN, "weir", Metric.ALONE, 1, 0, 1);

    assertThat(verdicts())
        .satisfiesExactly(
            p99 -> assertThat(p99).startsWith("Not reached").contains("6.00 ms"),
            alone -> assertThat(alone).startsWith("Not reached").contains("one did"));
  }

  @Test
  void theCrowdIsComparedWithTheBestOfThePeersAndNotWithDirect() {
    add(Scene.Kind.CROWD, "direct", Metric.PER_SECOND, 9_000);
    add(Scene.Kind.CROWD, "weir", Metric.PER_SECOND, 3_000);
    add(Scene.Kind.CROWD, "supergateway", Metric.PER_SECOND, 1_000);
    add(Scene.Kind.CROWD, "mcp-proxy", Metric.PER_SECOND, 500);
    add(Scene.Kind.CROWD, "weir", Metric.P99, 20);
    add(Scene.Kind.CROWD, "supergateway", Metric.P99, 40);
    add(Scene.Kind.CROWD, "mcp-proxy", Metric.P99, 10);

    assertThat(verdicts())
        .satisfiesExactly(
            calls -> assertThat(calls).startsWith("Reached").contains("3.00 x supergateway"),
            p99 -> assertThat(p99).startsWith("Not reached").contains("2.00 x mcp-proxy"));
  }

  @Test
  void oneProcessThatIsLeftIsTooMany() {
    add(Scene.Kind.KILL, "weir", Metric.PROCESSES, 20);
    add(Scene.Kind.KILL, "weir", Metric.LEFT, 1);

    assertThat(verdicts())
        .singleElement()
        .satisfies(line -> assertThat(line).startsWith("Not reached"));
  }

  @Test
  void ofFewerThanAHundredSessionsThereIsNoP99() {
    add(Scene.Kind.OPEN, "weir", Metric.OPEN, new double[99]);
    add(Scene.Kind.OPEN, "weir", Metric.ALONE, 1);

    assertThat(verdicts()).singleElement().asString().contains("no session sees another's count");
  }

  @Test
  void aSessionIsComparedWithTheOneThatAPeerOpenedInTheSameTurn() {
    add(Scene.Kind.OPEN, "weir", Metric.OPEN, 1e6, 2e6, 9e6);
    add(Scene.Kind.OPEN, "supergateway", Metric.OPEN, 60e6, 120e6, 60e6);
    add(Scene.Kind.OPEN, "weir", Metric.ALONE, 1);

    assertThat(verdicts().getFirst()).startsWith("Reached").contains("60.0 x");
  }

  @Test
  void aStormIsJudgedByItsWorstRoundAndByABareStormOfTheSameRound() {
    add(Scene.Kind.STORM, "weir", Metric.FIRST, 5e6, 21e6);
    add(Scene.Kind.STORM, "weir", Metric.LAST, 100, 100);
    add(Scene.Kind.STORM, "direct", Metric.LAST, 100, 95);
    add(Scene.Kind.STORM, "weir", Metric.OVERTAKEN, 0, 3);

    assertThat(verdicts())
        .satisfiesExactly(
            first -> assertThat(first).startsWith("Not reached").contains("21.0 ms at worst"),
            last -> assertThat(last).startsWith("Reached").contains("1.03 x"),
            order -> assertThat(order).startsWith("Not reached").contains("overtaken by 3"));
  }

  @Test
  void theHeapOfASessionIsJudgedWithoutItsBuffers() {
    add(Scene.Kind.MEMORY, "weir", Metric.HEAP_PER_SESSION, 90_000);
    add(Scene.Kind.MEMORY, "weir", Metric.BUFFERS_PER_SESSION, 45_000);
    add(Scene.Kind.MEMORY, "weir", Metric.SESSIONS, 31);

    assertThat(verdicts())
        .satisfiesExactly(
            heap -> assertThat(heap).startsWith("Reached").contains("45.0 KB, with them 90.0 KB"),
            sessions -> assertThat(sessions).startsWith("Not reached").contains("31.0 open"));
  }

  @Test
  void whatIsNoNumberIsNoMeasurement() {
    add(Scene.Kind.CALL, "weir", Metric.P99, Double.NaN, Double.POSITIVE_INFINITY);

    assertThat(measurements.rows()).isEmpty();
  }

  @Test
  void everyRoundBeginsWithAnother() {
    List<String> all = List.of("a", "b", "c");

    assertThat(Bed.inTurn(all, 1)).containsExactly("a", "b", "c");
    assertThat(Bed.inTurn(all, 2)).containsExactly("b", "c", "a");
    assertThat(Bed.inTurn(all, 4)).isEqualTo(Bed.inTurn(all, 1));
  }
}
