package dev.weir.pool.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.pool.kit.SteppedExecutor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random histories of a pool on one thread and a clock of its own. The seed decides everything: run
 * one again with {@code dev/simulate SEED}. A seed that failed goes into {@code failed-seeds.txt},
 * which is replayed here.
 */
class PoolSimulationTest {
  private static final int HISTORIES = Integer.getInteger("weir.histories", 40);

  @BeforeEach
  void needsAJvmThatLetsUsCarryThreads() {
    assumeTrue(SteppedExecutor.isPossible(), "needs JDK 21 or newer");
  }

  @Test
  void everythingHoldsInHistoriesThatNobodyHasSeen() {
    Long one = Long.getLong("weir.seed");
    if (one != null) {
      World world = new World(one);
      world.run();
      System.out.println("seed " + one + ": " + world);
      return;
    }
    long first = System.nanoTime();
    System.out.println(
        "pool simulation: " + HISTORIES + " histories, the first seed of all " + first);
    new SplittableRandom(first)
        .longs(HISTORIES)
        .map(Math::abs)
        .forEach(PoolSimulationTest::simulate);
  }

  @Test
  void everythingHoldsInTheSameHistoriesEachTime() {
    LongStream.range(0, 40).forEach(PoolSimulationTest::simulate);
  }

  @ParameterizedTest
  @MethodSource("failedSeeds")
  void everythingHoldsInAHistoryThatFailedOnce(long seed) {
    simulate(seed);
  }

  @Test
  void aSeedGivesTheSameHistoryAgain() {
    for (long seed = 1; seed < 6; seed++) {
      assertThat(simulate(seed))
          .as("hash of the history of seed " + seed)
          .isEqualTo(simulate(seed));
    }
  }

  private static long simulate(long seed) {
    try {
      return new World(seed).run();
    } catch (Throwable e) {
      throw new AssertionError("dev/simulate " + seed + "\n" + e.getMessage(), e);
    }
  }

  static LongStream failedSeeds() throws IOException {
    var file = PoolSimulationTest.class.getResourceAsStream("failed-seeds.txt");
    try (var lines =
        new BufferedReader(
            new InputStreamReader(Objects.requireNonNull(file), StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .map(line -> line.replaceFirst("#.*", "").strip())
          .filter(line -> !line.isEmpty())
          .mapToLong(Long::parseLong)
          .boxed()
          .toList()
          .stream()
          .mapToLong(Long::longValue);
    }
  }
}
