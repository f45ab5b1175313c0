package dev.weir.pool;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** P19: a lease that can be taken again, so that nothing is allocated. */
class ReusableLeaseTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();

  @Test
  void itHoldsAConnectionFromEachAcquireToEachClose() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      ReusableLease<FakeConnection> lease = pool.reusableLease();
      assertThatThrownBy(lease::connection).isInstanceOf(IllegalStateException.class);
      for (int i = 0; i < 5; i++) {
        lease.acquire();
        assertThat(lease.isReused()).isEqualTo(i > 0);
        assertThat(lease.connection()).isSameAs(factory.opened(0));
        assertThatThrownBy(lease::acquire)
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("pool \"search\": this lease has not ended");
        lease.close();
        lease.close();
        assertThatThrownBy(lease::connection).isInstanceOf(IllegalStateException.class);
      }
      assertThat(pool.stats().acquired()).isEqualTo(5);
      assertThat(pool.stats().released()).isEqualTo(5);
    }
  }

  @Test
  void itMayBeInvalidatedAndTakenAgain() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      ReusableLease<FakeConnection> lease = pool.reusableLease();
      lease.acquire();
      lease.invalidate(new IOException("broken"));
      lease.acquire(ofSeconds(1));
      assertThat(lease.connection()).isSameAs(factory.opened(1));
      lease.close();
    }
  }

  @Test
  void itWaitsLikeAnyOther() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      Lease<FakeConnection> held = pool.acquire();
      ReusableLease<FakeConnection> lease = pool.reusableLease();
      var failing =
          Background.start(
                  () -> {
                    lease.acquire(ofMillis(100));
                    return lease;
                  })
              .untilParkedOn(kit.clock());
      kit.advance(ofMillis(100));
      failing.failure(AcquireTimeoutException.class);
      var waiting =
          Background.start(
                  () -> {
                    lease.acquire(ofSeconds(1));
                    return lease.connection();
                  })
              .untilParkedOn(kit.clock());
      held.close();
      assertThat(waiting.result()).isSameAs(factory.opened(0));
    }
  }
}
