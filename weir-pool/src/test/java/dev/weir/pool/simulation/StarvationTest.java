package dev.weir.pool.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.pool.ClockDoor;
import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.Fairness;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.kit.SteppedClock;
import dev.weir.pool.kit.SteppedExecutor;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Callers that come back as soon as they have given a connection back, many more than connections.
 * In simulated time, so that neither the machine nor its load has a say.
 */
class StarvationTest {
  private static final int CALLERS = 64;
  private static final int CONNECTIONS = 8;
  private static final Duration HOLD = Duration.ofNanos(500_000);
  private static final Duration LENGTH = Duration.ofSeconds(1);

  /** By how much a newcomer may be ahead of one who waits: see {@code Barging}. */
  private static final long LONGEST_OVERTAKING = 1_000_000;

  private final int[] served = new int[CALLERS];
  private long longestWait;
  private boolean over;

  @BeforeEach
  void needsAJvmThatLetsUsCarryThreads() {
    assumeTrue(SteppedExecutor.isPossible(), "needs JDK 21 or newer");
  }

  @ParameterizedTest
  @EnumSource(Fairness.class)
  void theLeastServedGetsAtLeastHalfOfTheMostServed(Fairness fairness) {
    for (long seed = 1; seed <= 3; seed++) {
      run(fairness, seed);
      int[] counts = served.clone();
      Arrays.sort(counts);
      if (fairness == Fairness.THROUGHPUT) {
        assertThat(counts[0]).as("served: %s", Arrays.toString(counts)).isPositive();
      } else {
        assertThat(2 * counts[0])
            .as("seed %d, served: %s", seed, Arrays.toString(counts))
            .isGreaterThanOrEqualTo(counts[CALLERS - 1]);
        // Everybody before it is served in turn, each after the longest overtaking at worst.
        assertThat(longestWait)
            .as("nanoseconds")
            .isLessThanOrEqualTo((CALLERS + 1) * (LONGEST_OVERTAKING + HOLD.toNanos()));
      }
    }
  }

  private void run(Fairness fairness, long seed) {
    Random random = new Random(seed);
    SteppedExecutor threads = new SteppedExecutor(random);
    SteppedClock clock = new SteppedClock(threads);
    ConnectionFactory<Object> factory = Object::new;
    Pool<Object> pool =
        ClockDoor.simulated(Pool.builder(factory), clock, random::nextDouble)
            .min(CONNECTIONS)
            .max(CONNECTIONS)
            .maxWaiters(CALLERS)
            .fairness(fairness)
            .threads(threads)
            .build();
    Arrays.fill(served, 0);
    longestWait = 0;
    over = false;
    for (int i = 0; i < CALLERS; i++) {
      int me = i;
      threads.newThread(() -> comeAgainAndAgain(pool, clock, me)).start();
    }
    while (clock.elapsed().compareTo(LENGTH) < 0) {
      if (!threads.step()) {
        clock.advanceToNext();
      } else if (random.nextInt(8) == 0) {
        clock.advance(Duration.ofNanos(random.nextInt(20_000))); // work takes time
      }
    }
    over = true;
    pool.close();
    while (threads.step()) {
      // until nobody can go on
    }
  }

  private void comeAgainAndAgain(Pool<Object> pool, SteppedClock clock, int me) {
    try {
      while (!over) {
        long asked = clock.now();
        try (Lease<Object> lease = pool.acquire(Duration.ofDays(1))) {
          longestWait = Math.max(longestWait, clock.now() - asked);
          served[me]++;
          clock.sleep(HOLD);
        }
      }
    } catch (Exception e) {
      assertThat(over).as("ended by %s", e).isTrue();
    }
  }
}
