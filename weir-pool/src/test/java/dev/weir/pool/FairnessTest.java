package dev.weir.pool;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.PoolKit;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** P4: who goes first, a caller that waits or one that comes when a connection comes free. */
class FairnessTest {
  private final PoolKit kit = new PoolKit();

  private Pool<Object> pool(Fairness fairness) {
    return kit.pool(Object::new).max(1).fairness(fairness).build();
  }

  /** Whether a connection that comes back after so long goes straight to whoever waits. */
  private boolean isHandedOver(Fairness fairness, Duration wait) throws Exception {
    try (Pool<Object> pool = pool(fairness)) {
      Lease<Object> held = pool.acquire();
      Background<Lease<Object>> waiting = kit.acquireInBackground(pool, ofSeconds(100));
      kit.advance(wait);
      held.close();
      boolean handedOver = pool.stats().idle() == 0;
      waiting.result().close();
      return handedOver;
    }
  }

  @Test
  void strictOrderHandsEveryConnectionToTheHeadOfTheLine() throws Exception {
    assertThat(isHandedOver(Fairness.STRICT, Duration.ZERO)).isTrue();
  }

  @Test
  void aCallerIsOvertakenForAMillisecondAtMost() throws Exception {
    assertThat(isHandedOver(Fairness.BALANCED, ofMillis(1))).isTrue();
  }

  @Test
  void forThroughputACallerIsOvertakenForTenMillisecondsAtMost() throws Exception {
    assertThat(isHandedOver(Fairness.THROUGHPUT, ofMillis(10))).isTrue();
  }

  @Test
  void aWaiterThatIsNotHandedTheConnectionTakesItItself() throws Exception {
    try (Pool<Object> pool = pool(Fairness.THROUGHPUT)) {
      Lease<Object> held = pool.acquire();
      var waiting = kit.acquireInBackground(pool, ofSeconds(5));
      held.close(); // no time has passed: nothing is due
      assertThat(waiting.result().connection()).isNotNull();
    }
  }

  @Test
  void aHeadThatWasToldInVainLooksAgainByItself() throws Exception {
    try (Pool<Object> pool = pool(Fairness.BALANCED)) {
      Lease<Object> held = pool.acquire();
      var waiting = kit.acquireInBackground(pool, ofSeconds(100));
      for (int race = 0; race < 10_000 && !waiting.isDone(); race++) {
        held.close();
        try {
          held = pool.acquire(Duration.ZERO);
        } catch (AcquireTimeoutException beaten) {
          break;
        }
      }
      held.close();
      await()
          .until(
              () -> {
                kit.advance(ofMillis(1)); // it looks again by itself, soon
                return waiting.isDone();
              });
      waiting.result().close();
    }
  }

  @Test
  void withStrictOrderANewcomerWaitsThoughAConnectionIsFree() throws Exception {
    try (Pool<Object> pool = kit.pool(Object::new).max(2).fairness(Fairness.STRICT).build()) {
      Lease<Object> one = pool.acquire();
      Lease<Object> other = pool.acquire();
      var first = kit.acquireInBackground(pool, ofSeconds(5));
      var second = kit.acquireInBackground(pool, ofSeconds(5));
      one.close();
      first.result();
      assertThat(second.isDone()).isFalse();
      other.close();
      second.result();
    }
  }
}
