package dev.weir.pool;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** P2: a lease, and all the ways in which it ends. */
class LeaseTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();

  @Test
  void aConnectionThatWasGivenBackIsLeasedAgain() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      Lease<FakeConnection> first = pool.acquire();
      assertThat(first.isReused()).isFalse();
      first.close();
      try (Lease<FakeConnection> second = pool.acquire()) {
        assertThat(second.connection()).isSameAs(factory.opened(0));
        assertThat(second.isReused()).isTrue();
      }
    }
    assertThat(factory.opened()).hasSize(1);
  }

  @Test
  void aLeaseThatTwoThreadsCloseAtTheSameMomentEndsOnce() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      AtomicReference<@Nullable Lease<FakeConnection>> offered = new AtomicReference<>();
      AtomicBoolean over = new AtomicBoolean();
      var other =
          Background.start(
              () -> {
                while (!over.get()) {
                  Lease<FakeConnection> lease = offered.getAndSet(null);
                  if (lease != null) {
                    lease.close();
                  }
                }
                return over;
              });
      int leases = 20_000;
      for (int i = 0; i < leases; i++) {
        Lease<FakeConnection> lease = pool.acquire();
        offered.set(lease);
        lease.close();
      }
      over.set(true);
      other.result();
      assertThat(pool.stats().acquired()).isEqualTo(leases);
      assertThat(pool.stats().released()).isEqualTo(leases);
      assertThat(pool.stats().active()).isZero();
    }
  }

  @Test
  void closingALeaseTwiceDoesNotGiveBackSomebodyElsesConnection() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      Lease<FakeConnection> first = pool.acquire();
      first.close();
      Lease<FakeConnection> second = pool.acquire();
      first.close();
      first.invalidate(new IOException("late"));
      assertThat(pool.stats().active()).isEqualTo(1);
      assertThat(second.connection().isClosed()).isFalse();
      assertThatThrownBy(() -> pool.acquire(ZERO)).isInstanceOf(AcquireTimeoutException.class);
    }
  }

  @Test
  void aLeaseMayBeClosedByAnotherThread() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      Lease<FakeConnection> lease = pool.acquire();
      Background.start(
              () -> {
                lease.close();
                return true;
              })
          .result();
      assertThat(pool.stats().idle()).isEqualTo(1);
    }
  }

  @Test
  void aLeaseMayBeClosedAfterThePool() throws Exception {
    Pool<FakeConnection> pool = kit.pool(factory).build();
    Lease<FakeConnection> lease = pool.acquire();
    pool.close();
    lease.close();
    lease.close();
    await().untilAsserted(() -> assertThat(factory.opened(0).closes).hasValue(1));
    assertThat(factory.opened(0).resets).hasValue(0);
  }

  @Test
  void theConnectionOfAnEndedLeaseIsOutOfReach() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      Lease<FakeConnection> lease = pool.acquire();
      lease.close();
      assertThatThrownBy(lease::connection)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("pool \"search\": this lease has ended");
      assertThatThrownBy(lease::detach).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void anInvalidatedConnectionIsClosedAndNeverLeasedAgain() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      pool.acquire().invalidate(new IOException("broken pipe"));
      try (Lease<FakeConnection> lease = kit.acquireInBackground(pool, ofSeconds(5)).result()) {
        assertThat(lease.connection()).isSameAs(factory.opened(1));
      }
      assertThat(factory.opened(0).closes).hasValue(1);
    }
  }

  @Test
  void aDetachedConnectionBelongsToWhoeverDetachedItAndFreesItsPlaceAtOnce() throws Exception {
    Pool<FakeConnection> pool = kit.pool(factory).max(1).build();
    FakeConnection mine = pool.acquire().detach();
    Lease<FakeConnection> other = kit.acquireInBackground(pool, ofSeconds(5)).result();
    assertThat(other.connection()).isNotSameAs(mine);
    pool.close();
    await().untilAsserted(() -> assertThat(factory.opened(1).closes).hasValue(1));
    assertThat(mine.isClosed()).isFalse();
  }

  @Test
  void aConnectionIsResetBeforeItGoesToAnybodyElse() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      Lease<FakeConnection> lease = pool.acquire();
      var next = kit.acquireInBackground(pool, ofSeconds(5));
      lease.close();
      assertThat(next.result().connection().resets).hasValue(1);
    }
  }

  @Test
  void aConnectionThatCannotBeResetIsReplaced() throws Exception {
    factory.onReset(
        () -> {
          throw new IOException("transaction is broken");
        });
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      pool.acquire().close();
      assertThat(kit.acquireInBackground(pool, ofSeconds(5)).result().connection().number)
          .isEqualTo(1);
      assertThat(factory.opened(0).closes).hasValue(1);
    }
  }

  @Test
  void anAsynchronousAcquireIsCompleteAtOnceWhenAConnectionIsReady() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      pool.acquire().close();
      assertThat(pool.acquireAsync().toCompletableFuture()).isDone();
    }
  }

  @Test
  void blockingAndAsynchronousCallersStandInOneLine() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      Lease<FakeConnection> held = pool.acquire();
      var first = pool.acquireAsync().toCompletableFuture();
      var second = kit.acquireInBackground(pool, ofSeconds(5));
      var third = pool.acquireAsync().toCompletableFuture();
      held.close();
      first.get().close();
      second.result().close();
      third.get().close();
      assertThat(factory.opened()).hasSize(1);
    }
  }

  @Test
  void anAsynchronousAcquireFailsWhenItsTimeIsUp() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      pool.acquire();
      var late = pool.acquireAsync(ofMillis(100)).toCompletableFuture();
      kit.advance(ofMillis(100));
      assertThatThrownBy(late::get).hasCauseInstanceOf(AcquireTimeoutException.class);
      assertThat(pool.stats().pending()).isZero();
      assertThat(pool.stats().timedOutAcquires()).isEqualTo(1);
    }
  }

  @Test
  void aCancelledAsynchronousAcquireLeavesTheLineAndTakesNothing() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      Lease<FakeConnection> held = pool.acquire();
      pool.acquireAsync().toCompletableFuture().cancel(true);
      assertThat(pool.stats().pending()).isZero();
      held.close();
      assertThat(pool.stats().idle()).isEqualTo(1);
    }
  }

  @Test
  void tenThousandAsynchronousCallersThatReleaseInTheirCallbackDoNotOverflowTheStack()
      throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).maxWaiters(10_000).build()) {
      Lease<FakeConnection> held = pool.acquire();
      var last = pool.acquireAsync();
      for (int i = 1; i < 10_000; i++) {
        var unused = last.thenAccept(Lease::close);
        last = pool.acquireAsync();
      }
      held.close();
      last.toCompletableFuture().get().close();
    }
  }
}
