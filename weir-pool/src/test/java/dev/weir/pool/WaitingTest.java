package dev.weir.pool;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** P4: who waits, in which order, and what wakes them. */
class WaitingTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();

  @Test
  void callersAreServedInTheOrderInWhichTheyCame() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      Lease<FakeConnection> lease = pool.acquire();
      List<Background<Lease<FakeConnection>>> callers = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        callers.add(kit.acquireInBackground(pool, ofSeconds(5)));
      }
      for (int i = 0; i < 10; i++) {
        lease.close();
        kit.advance(ofMillis(5)); // who was told and found nothing looks again after a while
        lease = callers.get(i).result();
        assertThat(callers.subList(i + 1, 10)).noneMatch(Background::isDone);
      }
      lease.close();
    }
  }

  @Test
  void aNewcomerDoesNotOvertakeACallerThatWaits() throws Exception {
    FakeFactory slow = FakeFactory.opensWhenTold();
    try (Pool<FakeConnection> pool = kit.pool(slow).max(2).build()) {
      slow.finishOpen();
      Lease<FakeConnection> held = kit.acquireInBackground(pool, ofSeconds(5)).result();
      var waiting = kit.acquireInBackground(pool, ofSeconds(5));
      held.close();
      assertThat(waiting.result().connection()).isSameAs(slow.opened(0));
    }
  }

  @Test
  void anAsynchronousCallerWithoutTimeLeavesTheLineBeforeItsCallReturns() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).maxWaiters(1).build()) {
      Lease<FakeConnection> lease = pool.acquire();
      for (int i = 0; i < 10; i++) {
        assertThat(pool.acquireAsync(ZERO).toCompletableFuture()).isCompletedExceptionally();
        assertThat(pool.stats().pending()).isZero();
      }
      assertThat(pool.stats().timedOutAcquires()).isEqualTo(10);
      lease.close();
    }
  }

  @Test
  void onlyMaxWaitersMayWaitAndTheNextIsRefusedAtOnce() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(2).maxWaiters(3).build()) {
      pool.acquire();
      Lease<FakeConnection> second = pool.acquire();
      for (int i = 0; i < 3; i++) {
        kit.acquireInBackground(pool, ofSeconds(5));
      }
      assertThatThrownBy(() -> pool.acquire(ofSeconds(5)))
          .isInstanceOf(TooManyWaitersException.class)
          .hasMessage(
              "pool \"search\": refused at once, 3 callers wait already"
                  + " (max-waiters 3; 2 leased, 0 idle)");
      assertThatThrownBy(() -> pool.acquireAsync().toCompletableFuture().get())
          .hasCauseInstanceOf(TooManyWaitersException.class);
      assertThat(pool.stats().failedAcquires()).isEqualTo(2);
      second.close();
      await().until(() -> pool.stats().pending() == 2);
      kit.acquireInBackground(pool, ofSeconds(5));
    }
  }

  @Test
  void aColdPoolDoesNotRefuseABurstThatAWarmOneWouldTake() {
    FakeFactory slow = FakeFactory.opensWhenTold();
    try (Pool<FakeConnection> pool = kit.pool(slow).max(10).maxWaiters(5).build()) {
      for (int i = 0; i < 15; i++) {
        kit.acquireInBackground(pool, ofSeconds(5));
      }
      assertThat(pool.stats().pending()).isEqualTo(15);
      assertThatThrownBy(() -> pool.acquire(ofSeconds(5)))
          .isInstanceOf(TooManyWaitersException.class);
    }
  }

  @Test
  void aCallerIsToldWithinItsTimeWhyThereIsNoConnection() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      pool.acquire();
      var caller = kit.acquireInBackground(pool, ofSeconds(5));
      kit.advance(ofMillis(4_999));
      assertThat(caller.untilParkedOn(kit.clock()).isDone()).isFalse();
      kit.advance(ofMillis(1));
      assertThat(caller.failure(AcquireTimeoutException.class))
          .hasMessage("pool \"search\": no connection within 5 s (1 leased, 0 idle, 0 waiting)");
    }
  }

  @Test
  void aTimeOutOfZeroTakesWhatIsReadyAndNeverWaits() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      pool.acquire().close();
      Lease<FakeConnection> lease = pool.acquire(ZERO);
      assertThatThrownBy(() -> pool.acquire(ZERO)).isInstanceOf(AcquireTimeoutException.class);
      lease.close();
    }
  }

  @Test
  void tryAcquireTakesWhatIsReadyAndOpensNothing() throws Exception {
    Pool<FakeConnection> pool = kit.pool(factory).max(2).build();
    assertThat(pool.tryAcquire()).isNull();
    pool.acquire().close();
    try (Lease<FakeConnection> ready = pool.tryAcquire()) {
      assertThat(ready).isNotNull();
      assertThat(pool.tryAcquire()).isNull();
    }
    assertThat(pool.stats().created()).isEqualTo(1);
    assertThat(pool.stats().acquired()).isEqualTo(2);
    assertThat(pool.stats().failedAcquires()).isZero();
    pool.close();
    assertThat(pool.tryAcquire()).isNull();
  }

  @Test
  void anInterruptEndsTheWaitAndLeavesNothingBehind() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      Lease<FakeConnection> held = pool.acquire();
      var caller = kit.acquireInBackground(pool, ofSeconds(5));
      caller.thread().interrupt();
      caller.failure(InterruptedException.class);
      assertThat(pool.stats().pending()).isZero();
      held.close();
      assertThat(pool.stats().idle()).isEqualTo(1);
    }
  }

  @Test
  void aWaiterIsWokenWhenALeaseIsClosed() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      Lease<FakeConnection> held = pool.acquire();
      var caller = kit.acquireInBackground(pool, ofMinutes(1));
      held.close();
      assertThat(caller.result().connection().number).isZero();
    }
  }

  @Test
  void aWaiterIsWokenWhenAnotherLeaseIsInvalidated() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      Lease<FakeConnection> held = pool.acquire();
      var caller = kit.acquireInBackground(pool, ofMinutes(1));
      held.invalidate(null);
      assertThat(caller.result().connection().number).isEqualTo(1);
    }
  }

  @Test
  void aWaiterIsWokenWhenThePoolGrows() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      pool.acquire();
      var caller = kit.acquireInBackground(pool, ofMinutes(1));
      pool.resize(0, 2);
      assertThat(caller.result().connection().number).isEqualTo(1);
    }
  }

  @Test
  void aWaiterIsWokenWhenAConnectionHasBeenOpened() {
    FakeFactory slow = FakeFactory.opensWhenTold();
    try (Pool<FakeConnection> pool = kit.pool(slow).max(1).build()) {
      var caller = kit.acquireInBackground(pool, ofMinutes(1));
      slow.finishOpen();
      caller.result().close();
    }
  }

  @Test
  void aWaiterIsWokenWhenAConnectionRetiresInsteadOfComingBack() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).maxLifetime(ofSeconds(30)).build()) {
      Lease<FakeConnection> held = pool.acquire();
      var caller = kit.acquireInBackground(pool, ofMinutes(5));
      kit.advance(ofSeconds(30));
      held.close();
      assertThat(caller.result().connection().number).isEqualTo(1);
      await().until(factory.opened(0)::isClosed);
    }
  }

  @Test
  void aWaiterIsToldWhenThePoolCloses() throws Exception {
    Pool<FakeConnection> pool = kit.pool(factory).max(1).build();
    pool.acquire();
    var caller = kit.acquireInBackground(pool, ofMinutes(1));
    var async = pool.acquireAsync().toCompletableFuture();
    pool.close();
    assertThat(caller.failure(PoolClosedException.class)).hasMessage("pool \"search\": closed");
    assertThatThrownBy(async::get).hasCauseInstanceOf(PoolClosedException.class);
    assertThatThrownBy(pool::acquire).isInstanceOf(PoolClosedException.class);
  }
}
