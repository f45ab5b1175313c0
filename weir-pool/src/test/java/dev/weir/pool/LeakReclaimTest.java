package dev.weir.pool;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.PoolEvent.LeakEnded;
import dev.weir.pool.PoolEvent.LeakSuspected;
import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import org.junit.jupiter.api.Test;

/** P12: leases that are held for too long, and taken back. */
class LeakReclaimTest {
  private final LeakKit leaks = new LeakKit();
  private final PoolKit kit = leaks.kit;
  private final FakeFactory factory = leaks.factory;

  @Test
  void aReclaimedLeaseIsEndedItsConnectionClosedAndItsPlaceFree() throws Exception {
    try (Pool<FakeConnection> pool = leaks.watched().max(1).leakReclaim(true).build()) {
      Lease<FakeConnection> lease = pool.acquire();
      kit.advance(ofSeconds(28));
      var waiting = kit.acquireInBackground(pool, ofMinutes(1));
      kit.advance(ofSeconds(2));
      Lease<FakeConnection> next = waiting.result();
      assertThat(next.connection().number).isEqualTo(1);
      await().until(factory.opened(0)::isClosed);
      leaks.awaitTold(LeakSuspected.class, 1);
      await()
          .untilAsserted(
              () ->
                  assertThat(leaks.events)
                      .contains(new PoolEvent.Destroyed("search", 1, Reason.LEAKED, null)));
      assertThatThrownBy(lease::connection)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("has ended");
      next.close();
      assertThat(pool.stats().acquired()).isEqualTo(2);
      assertThat(pool.stats().released()).isEqualTo(2);
    }
  }

  @Test
  void whatTheHolderDoesWithAReclaimedLeaseDoesNoHarm() throws Exception {
    try (Pool<FakeConnection> pool = leaks.watched().max(1).leakReclaim(true).build()) {
      Lease<FakeConnection> lease = pool.acquire();
      kit.advance(ofSeconds(30));
      await().until(factory.opened(0)::isClosed);
      leaks.awaitTold(LeakSuspected.class, 1);
      Lease<FakeConnection> next = pool.acquire();
      lease.close();
      lease.invalidate(new IllegalStateException("closed under my hands"));
      assertThatThrownBy(lease::detach).isInstanceOf(IllegalStateException.class);
      leaks.awaitTold(LeakEnded.class, 1);
      assertThat(next.connection().isClosed()).isFalse();
      assertThat(factory.opened(0).closes).hasValue(1);
      assertThat(pool.stats().active()).isEqualTo(1);
      next.close();
      assertThat(pool.stats().idle()).isEqualTo(1);
    }
  }

  @Test
  void eachLeaseOfASharedConnectionIsWatchedOnItsOwn() throws Exception {
    try (Pool<FakeConnection> pool =
        leaks
            .watched()
            .max(1)
            .maxLeasesPerConnection(3)
            .validationWindow(ofMinutes(10))
            .leakReclaim(true)
            .build()) {
      Lease<FakeConnection> leaked = pool.acquire();
      kit.advance(ofSeconds(20));
      Lease<FakeConnection> honest = pool.acquire();
      kit.advance(ofSeconds(10));
      leaks.awaitTold(LeakSuspected.class, 1);
      await().until(() -> pool.connections().get(0).leases() == 1);
      assertThat(honest.connection().isClosed()).as("closed under another's hands").isFalse();
      assertThatThrownBy(leaked::connection).isInstanceOf(IllegalStateException.class);
      honest.close();
      await().until(factory.opened(0)::isClosed);
      assertThat(leaks.told(LeakSuspected.class)).hasSize(1);
      assertThat(factory.opened(0).closes).hasValue(1);
    }
  }

  @Test
  void aReusableLeaseIsWatchedEachTimeItIsTaken() throws Exception {
    try (Pool<FakeConnection> pool = leaks.watched().leakReclaim(true).build()) {
      ReusableLease<FakeConnection> lease = pool.reusableLease();
      assertThatThrownBy(lease::connection).isInstanceOf(IllegalStateException.class);
      lease.close();
      lease.acquire();
      assertThatThrownBy(lease::acquire).hasMessageContaining("has not ended");
      kit.advance(ofSeconds(20));
      lease.close();
      lease.acquire();
      kit.advance(ofSeconds(20));
      assertThat(lease.connection().number).isZero();
      kit.advance(ofSeconds(10));
      leaks.awaitTold(LeakSuspected.class, 1);
      assertThatThrownBy(lease::connection).isInstanceOf(IllegalStateException.class);
      lease.acquire();
      assertThat(lease.connection().number).isEqualTo(1);
      lease.close();
      assertThat(pool.stats().active()).isZero();
    }
  }
}
