package dev.weir.pool;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import org.junit.jupiter.api.Test;

/** Several leases on one connection, where they meet checks and limits. */
class SharedLeaseTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();

  private Pool<FakeConnection> pool() {
    return kit.pool(factory)
        .max(1)
        .maxLeasesPerConnection(2)
        .validationWindow(ofSeconds(1))
        .build();
  }

  @Test
  void aConnectionInUseIsLentOnceMoreHoweverLongAgoItWasChecked() throws Exception {
    try (Pool<FakeConnection> pool = pool();
        var first = pool.acquire()) {
      kit.advance(ofSeconds(10));
      try (var second = pool.acquire(ZERO)) {
        assertThat(second.connection()).isSameAs(first.connection());
      }
    }
  }

  @Test
  void aRefusedDetachLeavesTheLeaseAsItWas() throws Exception {
    try (Pool<FakeConnection> pool = pool()) {
      var lease = pool.acquire();
      assertThatThrownBy(lease::detach).isInstanceOf(UnsupportedOperationException.class);
      assertThat(lease.connection()).isSameAs(factory.opened(0));
      lease.close();
      assertThat(pool.stats().active()).isZero();
    }
  }

  @Test
  void aConnectionThatMayCarryNoLeaseIsNotGivenToAWaiterAfterItsCheck() throws Exception {
    try (Pool<FakeConnection> pool = pool()) {
      pool.acquire().close();
      pool.limitLeases(factory.opened(0), 0);
      kit.advance(ofSeconds(10));
      var waiting = pool.acquireAsync(ofSeconds(60)).toCompletableFuture();
      assertThat(waiting).isNotDone();
      assertThat(factory.opened(0).checks).hasValue(0);
      pool.limitLeases(factory.opened(0), 1);
      await().until(waiting::isDone);
      assertThat(factory.opened(0).checks).hasValue(1);
      waiting.join().close();
    }
  }
}
