package dev.weir.pool;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** P18: suspend and resume; everything replaced without failing a caller. */
class SuspendTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();

  @Test
  void aSuspendedPoolLendsNothingAndItsCallersWait() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).min(2).max(2).build()) {
      kit.awaitIdle(pool, 2);
      Lease<FakeConnection> before = pool.acquire();
      pool.suspend();
      pool.suspend();
      var blocking = kit.acquireInBackground(pool, ofSeconds(5));
      CompletableFuture<Lease<FakeConnection>> async = pool.acquireAsync().toCompletableFuture();
      before.close();
      assertThat(blocking.isDone()).isFalse();
      assertThat(async).isNotDone();
      pool.resume();
      assertThat(blocking.result().connection()).isNotNull();
      assertThat(async).succeedsWithin(ofSeconds(60));
    }
  }

  @Test
  void aCallerOfASuspendedPoolGivesUpAtItsDeadline() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(2).build()) {
      pool.acquire().close();
      pool.suspend();
      var waiting = kit.acquireInBackground(pool, ofMillis(300));
      kit.advance(ofMillis(300));
      waiting.failure(AcquireTimeoutException.class);
      pool.resume();
      pool.acquire().close();
    }
  }

  @Test
  void aSuspendedPoolOpensNothingForItsCallersUntilItIsResumed() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(5).build()) {
      Lease<FakeConnection> before = pool.acquire();
      pool.suspend();
      var first = kit.acquireInBackground(pool, ofSeconds(5));
      var second = kit.acquireInBackground(pool, ofSeconds(5));
      before.close();
      assertThat(pool.stats().opening()).isZero();
      assertThat(factory.tries()).isEqualTo(1);
      assertThat(pool.snapshot().whyNoMore())
          .isEqualTo("suspended, lends nothing and opens no more than min until it is resumed");
      pool.resume();
      Lease<FakeConnection> one = first.result();
      second.result().close();
      one.close();
    }
  }

  @Test
  void whoWaitsForASuspendedPoolWithoutConnectionsIsServedWhenItIsDrained() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      pool.suspend();
      var waiting = kit.acquireInBackground(pool, ofSeconds(5));
      assertThat(factory.tries()).isZero();
      var drained = Background.start(() -> pool.drain(ofSeconds(5)));
      waiting.result().close();
      assertThat(drained.result().complete()).isTrue();
    }
  }

  @Test
  void whatIsOpenedWhileThePoolIsSuspendedWaitsToo() throws Exception {
    FakeFactory slow = FakeFactory.opensWhenTold();
    try (Pool<FakeConnection> pool = kit.pool(slow).max(1).build()) {
      var waiting = kit.acquireInBackground(pool, ofSeconds(5));
      pool.suspend();
      slow.finishOpen();
      kit.awaitIdle(pool, 1);
      assertThat(waiting.isDone()).isFalse();
      pool.resume();
      waiting.result().close();
    }
  }

  @Test
  void aSuspendedPoolCanBeDrainedAndClosed() throws Exception {
    Pool<FakeConnection> pool = kit.pool(factory).min(2).max(2).build();
    kit.awaitIdle(pool, 2);
    pool.suspend();
    var waiting = kit.acquireInBackground(pool, ofSeconds(5));
    var drained = Background.start(() -> pool.drain(ofSeconds(5)));
    waiting.result().close();
    assertThat(drained.result().complete()).isTrue();
    pool.close();
    await().until(() -> factory.stillOpen() == 0);
  }

  @Test
  void suspendAndResumeInTurnsLoseNoConnection() throws Exception {
    // In real time: a head that lost two races looks again by itself when some has passed.
    try (Pool<Object> pool = Pool.builder(Object::new).max(3).build()) {
      List<Background<Object>> switches = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        switches.add(
            Background.start(
                () -> {
                  for (int n = 0; n < 2000; n++) {
                    pool.suspend();
                    pool.resume();
                  }
                  return pool;
                }));
      }
      List<Background<Object>> users = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        users.add(
            Background.start(
                () -> {
                  for (int n = 0; n < 2000; n++) {
                    pool.acquire(ofSeconds(60)).close();
                  }
                  return pool;
                }));
      }
      switches.forEach(Background::result);
      users.forEach(Background::result);
      for (int i = 0; i < 3; i++) {
        pool.acquire(ofSeconds(60));
      }
    }
  }

  @Test
  void everythingIsReplacedWithoutFailingACaller() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(2).build()) {
      Lease<FakeConnection> leased = pool.acquire();
      pool.acquire().close();
      FakeConnection idle = factory.opened(1);
      FakeConnection held = leased.connection();
      pool.evictAll();
      await().until(idle::isClosed);
      assertThat(held.isClosed()).isFalse();
      assertThat(leased.connection()).isSameAs(held);
      leased.close();
      await().until(held::isClosed);
      try (Lease<FakeConnection> fresh = pool.acquire()) {
        assertThat(fresh.connection()).isNotSameAs(idle).isNotSameAs(held);
      }
    }
  }

  @Test
  void whatWasBeingOpenedWithTheOldCredentialsIsNotLent() throws Exception {
    FakeFactory slow = FakeFactory.opensWhenTold();
    try (Pool<FakeConnection> pool = kit.pool(slow).max(1).build()) {
      var waiting = kit.acquireInBackground(pool, ofSeconds(5));
      await().until(() -> slow.opening() == 1);
      pool.evictAll();
      slow.finishOpen();
      await().until(() -> slow.opened().size() == 1 && slow.opened(0).isClosed());
      await().until(() -> slow.opening() == 1);
      slow.finishOpen();
      assertThat(waiting.result().connection()).isSameAs(slow.opened(1));
    }
  }

  @Test
  void aConnectionBeingCheckedWhenEverythingIsReplacedIsReplacedToo() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      pool.acquire().close();
      Background<Boolean> answer = Background.start(() -> true);
      assertThat(answer.result()).isTrue();
      factory.onCheck(
          connection -> {
            pool.evictAll();
            return true;
          });
      kit.advance(ofSeconds(1));
      var waiting = kit.acquireInBackground(pool, ofSeconds(5));
      assertThat(waiting.result().connection()).isSameAs(factory.opened(1));
    }
  }

  @Test
  void aConnectionOnItsWayToACallerThatGivesUpIsReplacedIfAllAre() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      resumeWithACallerThatGivesUp(pool, pool::evictAll);
      assertThat(pool.acquireAsync()).succeedsWithin(ofSeconds(20));
      assertThat(factory.tries()).isEqualTo(2);
    }
  }

  @Test
  void aConnectionOnItsWayToACallerThatGivesUpIsClosedByADrain() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      resumeWithACallerThatGivesUp(pool, () -> assertThat(drain(pool).complete()).isFalse());
      await().until(() -> factory.stillOpen() == 0);
    }
  }

  /** The caller is gone, and {@code then} done, when its connection has just been taken for it. */
  private void resumeWithACallerThatGivesUp(Pool<FakeConnection> pool, Runnable then)
      throws Exception {
    pool.acquire().close();
    pool.suspend();
    CompletableFuture<Lease<FakeConnection>> waiting = pool.acquireAsync().toCompletableFuture();
    factory.onUsable(
        () -> {
          factory.onUsable(() -> {});
          waiting.cancel(true);
          then.run();
        });
    pool.resume();
    assertThat(waiting).isCancelled();
  }

  private static DrainReport drain(Pool<FakeConnection> pool) {
    try {
      return pool.drain(Duration.ZERO);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
