package dev.weir.pool;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.PoolEvent.BreakerClosed;
import dev.weir.pool.PoolEvent.BreakerOpened;
import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** P8 with real threads and time: an endpoint that comes and goes while many callers use it. */
class EndpointStressTest {
  private static final int CALLERS = 8;
  private static final int ROUNDS = 2_000;
  private static final long SEED = Long.getLong("weir.seed", System.nanoTime());

  @Test
  void whileTheEndpointComesAndGoesEveryCallerIsServedOrRefusedAndNobodyIsForgotten() { // P8
    System.out.println("endpoint stress, seed " + SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    AtomicInteger opens = new AtomicInteger();
    FakeFactory factory = FakeFactory.opensAtOnce();
    factory.onOpen(
        () -> {
          // Eight that are refused, then eight that are not.
          if ((opens.getAndIncrement() & 8) == 0) {
            FakeFactory.refused().run();
          }
        });
    Queue<PoolEvent> events = new ConcurrentLinkedQueue<>();
    Pool<FakeConnection> pool =
        Pool.builder(factory)
            .min(0)
            .max(3)
            .maxWaiters(CALLERS)
            .retryBackoff(ofMillis(1))
            .maxRetryBackoff(ofMillis(2))
            .listener(events::add)
            .build();
    AtomicInteger refused = new AtomicInteger();
    List<Background<Boolean>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      SplittableRandom own = random.split();
      callers.add(
          Background.start(
              () -> {
                for (int round = 0; round < ROUNDS; round++) {
                  // So long that only a caller who was forgotten reaches it.
                  try (Lease<FakeConnection> lease = pool.acquire(ofSeconds(60))) {
                    if (own.nextInt(3) == 0) {
                      lease.invalidate(null);
                    }
                  } catch (EndpointDownException e) {
                    assertThat(e).hasRootCauseMessage("connection refused");
                    refused.incrementAndGet();
                  }
                }
                return true;
              }));
    }
    callers.forEach(Background::result);
    assertThat(refused.get()).isPositive();
    assertThat(factory.mostOpen()).isLessThanOrEqualTo(3);
    factory.onOpen(() -> {});
    await()
        .ignoreException(EndpointDownException.class) // until the next probe
        .untilAsserted(
            () -> {
              try (Lease<FakeConnection> lease = pool.acquire()) {
                assertThat(pool.isHealthy()).isTrue();
              }
            });
    pool.close();
    await().until(() -> factory.stillOpen() == 0);
    assertAlternate(events);
  }

  private static void assertAlternate(Queue<PoolEvent> events) {
    Class<?> expected = BreakerOpened.class;
    int seen = 0;
    for (PoolEvent event : events) {
      if (event instanceof BreakerOpened || event instanceof BreakerClosed) {
        assertThat(event).isInstanceOf(expected);
        expected = event instanceof BreakerOpened ? BreakerClosed.class : BreakerOpened.class;
        seen++;
      }
    }
    assertThat(seen).as("openings and closings").isPositive();
  }
}
