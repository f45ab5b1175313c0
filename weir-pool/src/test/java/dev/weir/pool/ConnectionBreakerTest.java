package dev.weir.pool;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.PoolEvent.BreakerOpened;
import dev.weir.pool.PoolEvent.Destroyed;
import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** P8: failures of one connection, and what they say about the others. */
class ConnectionBreakerTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();
  private final IOException cause = new IOException("reset by peer");
  private final Queue<PoolEvent> events = new ConcurrentLinkedQueue<>();

  private Pool<FakeConnection> pool(int max) {
    return kit.pool(factory)
        .max(max)
        .maxFailures(3)
        .validationWindow(ofMinutes(10))
        .listener(events::add)
        .build();
  }

  private void use(Pool<FakeConnection> pool, boolean fails) throws InterruptedException {
    try (Lease<FakeConnection> lease = kit.acquireInBackground(pool, ofSeconds(5)).result()) {
      if (fails) {
        lease.reportFailure(cause);
        lease.reportFailure(cause); // once a lease
      }
    }
  }

  @Test
  void aConnectionThatFailsTooOftenInARowIsTakenOutThoughItsChecksGoWell() throws Exception {
    try (Pool<FakeConnection> pool = pool(1)) {
      for (int i = 0; i < 3; i++) {
        assertThat(factory.opened().size()).isLessThanOrEqualTo(1);
        use(pool, true);
      }
      use(pool, false);
      assertThat(factory.opened()).hasSize(2);
      await().until(() -> factory.opened(0).isClosed());
      assertThat(factory.opened(0).checks.get()).isEqualTo(2); // after the first two failures
      assertThat(events).contains(new BreakerOpened("search", 1L, cause));
      await()
          .untilAsserted(
              () -> assertThat(events).contains(new Destroyed("search", 1, Reason.BROKEN, null)));
    }
  }

  @Test
  void aLeaseThatGoesWellEndsTheRow() throws Exception {
    try (Pool<FakeConnection> pool = pool(1)) {
      for (int i = 0; i < 5; i++) {
        use(pool, true);
        use(pool, true);
        use(pool, false);
      }
      assertThat(factory.opened()).hasSize(1);
      assertThat(pool.connections().get(0).failures()).isEqualTo(10);
    }
  }

  @Test
  void theLeaseThatReportsTheFailureGoesOn() throws Exception {
    try (Pool<FakeConnection> pool = pool(1)) {
      Lease<FakeConnection> lease = pool.acquire();
      for (int i = 0; i < 5; i++) {
        lease.reportFailure(cause);
      }
      assertThat(lease.connection()).isSameAs(factory.opened(0));
      lease.close();
      lease.reportFailure(cause);
      assertThat(pool.connections().get(0).failures()).isEqualTo(1);
    }
  }

  @Test
  void aFirstFailureHasEveryIdleConnectionCheckedOnceBeforeItIsUsed() throws Exception {
    try (Pool<FakeConnection> pool = pool(6)) {
      List<Lease<FakeConnection>> leases = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        leases.add(pool.acquire());
      }
      leases.subList(0, 4).forEach(Lease::close);
      // A fail-over: all that were open are dead, only new ones work.
      factory.onCheck(connection -> connection.number > 5);
      kit.advance(ofSeconds(1));
      leases.get(4).invalidate(cause);
      for (int i = 0; i < 4; i++) {
        var next = kit.acquireInBackground(pool, ofSeconds(5)).result();
        assertThat(next.connection().number).isGreaterThan(5);
      }
      assertThat(factory.opened().subList(0, 4))
          .allSatisfy(c -> assertThat(c.checks.get()).isEqualTo(1));
      leases.get(5).invalidate(cause);
    }
  }

  @Test
  void aConnectionThatIsGivenUpWithoutACauseRaisesNoSuspicion() throws Exception {
    try (Pool<FakeConnection> pool = pool(2)) {
      Lease<FakeConnection> one = pool.acquire();
      Lease<FakeConnection> other = pool.acquire();
      one.close();
      kit.advance(ofSeconds(1));
      other.invalidate(null);
      assertThat(pool.acquire().connection()).isSameAs(factory.opened(0));
      assertThat(factory.opened(0).checks.get()).isZero();
    }
  }
}
