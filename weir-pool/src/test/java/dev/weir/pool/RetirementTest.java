package dev.weir.pool;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** P6: how connections grow old. */
class RetirementTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();

  private void fill(Pool<FakeConnection> pool, int n) throws InterruptedException {
    List<Lease<FakeConnection>> leases = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      leases.add(pool.acquire());
    }
    leases.forEach(Lease::close);
  }

  @Test
  void connectionsThatAreIdleTooLongAreClosedDownToMin() throws Exception {
    try (Pool<FakeConnection> pool =
        kit.pool(factory).min(2).maxLifetime(ZERO).keepAliveInterval(ZERO).build()) {
      fill(pool, 6);
      kit.advance(ofMinutes(5).minusMillis(1));
      kit.advance(ofMillis(1));
      await()
          .until(
              () -> {
                kit.advance(ofSeconds(10));
                return factory.stillOpen() == 2;
              });
      // A pass that is still under way takes each aside for a moment, to look at it.
      kit.awaitIdle(pool, 2);
      assertThat(factory.stillOpen()).isEqualTo(2);
    }
  }

  @Test
  void aConnectionThatIsUsedNowAndThenIsNotIdle() throws Exception {
    try (Pool<FakeConnection> pool =
        kit.pool(factory).maxLifetime(ZERO).keepAliveInterval(ZERO).build()) {
      for (int i = 0; i < 10; i++) {
        pool.acquire().close();
        kit.advance(ofMinutes(4));
      }
      assertThat(factory.opened()).hasSize(1);
    }
  }

  @Test
  void anIdleConnectionRetiresAtTheEndOfItsLifetime() {
    try (Pool<FakeConnection> pool = kit.pool(factory).min(1).idleTimeout(ZERO).build()) {
      kit.awaitIdle(pool, 1);
      kit.advance(ofMinutes(26));
      assertThat(factory.opened(0).isClosed()).isFalse();
      kit.advance(ofMinutes(4));
      // The pass that the first step called for may end after the second: the next is 10 s away.
      await()
          .until(
              () -> {
                kit.advance(ofSeconds(10));
                return factory.opened(0).isClosed() && pool.stats().idle() == 1;
              });
    }
  }

  @Test
  void aLeasedConnectionPastItsLifetimeRetiresWhenItsLeaseEnds() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      Lease<FakeConnection> lease = pool.acquire();
      kit.advance(ofMinutes(30));
      assertThat(lease.connection().isClosed()).isFalse();
      lease.close();
      await().until(factory.opened(0)::isClosed);
    }
  }

  @Test
  void aConnectionPastItsLifetimeIsNotHandedOutBetweenTwoPasses() throws Exception {
    try (Pool<FakeConnection> pool =
        kit.pool(factory).evictionInterval(Duration.ofDays(1)).build()) {
      pool.acquire().close();
      kit.advance(ofMinutes(30));
      assertThat(pool.acquire().connection()).isSameAs(factory.opened(1));
    }
  }

  @Test
  void lifetimesAreSpreadSoThatAPoolNeverDiesAllAtOnce() throws Exception {
    ConcurrentLinkedQueue<PoolEvent> evictions = new ConcurrentLinkedQueue<>();
    try (Pool<FakeConnection> pool =
        kit.pool(factory)
            .max(100)
            .idleTimeout(ZERO)
            .keepAliveInterval(ZERO)
            .lifetimeJitter(0.5)
            .maxLifetime(ofMinutes(10))
            .listener(
                event -> {
                  if (event instanceof PoolEvent.Evicted) {
                    evictions.add(event);
                  }
                })
            .build()) {
      fill(pool, 100);
      kit.advance(ofMinutes(5).minusSeconds(1));
      assertThat(evictions).isEmpty();
      kit.advance(ofMinutes(2).plusSeconds(31));
      // Half of the spread has passed: 100 fair coins stay between 20 and 80 but once in 10^9 runs.
      await()
          .until(
              () -> {
                kit.advance(ofMillis(500));
                return evictions.size() >= 20;
              });
      assertThat(evictions.size()).isLessThan(80);
      kit.advance(ofMinutes(3));
      await()
          .until(
              () -> {
                kit.advance(ofSeconds(1));
                return evictions.size() == 100;
              });
    }
  }
}
