package dev.weir.pool;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.PoolKit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** P13: an adaptive pool keeps what was lately needed. */
class AdaptivePoolTest {
  private final PoolKit kit = new PoolKit();

  /** Holds so many leases for a while. */
  private void wave(Pool<Object> pool, int leases) throws InterruptedException {
    List<Lease<Object>> held = new ArrayList<>();
    for (int i = 0; i < leases; i++) {
      held.add(pool.acquire());
    }
    // More than the time between two looks at the demand; the alarm looks on its own thread.
    kit.advance(ofMillis(200));
    await().until(kit.clock()::isSettled);
    held.forEach(Lease::close);
  }

  @Test
  void itKeepsWhatAWaveNeededAndLetsItGoWhenItStaysCalm() throws Exception {
    try (Pool<Object> pool =
        kit.pool(Object::new).min(1).max(20).adaptive(true).idleTimeout(ofMinutes(60)).build()) {
      wave(pool, 10);
      assertThat(pool.stats().size()).isEqualTo(10);
      pool.evictAll();
      // What the wave needed is opened again without being asked for.
      await().until(() -> pool.stats().idle() == 10);
      await()
          .until(
              () -> {
                kit.advance(ofSeconds(1));
                pool.acquire().close();
                return pool.stats().size() <= 2;
              });
      assertThat(pool.stats().minSize()).isEqualTo(1);
    }
  }
}
