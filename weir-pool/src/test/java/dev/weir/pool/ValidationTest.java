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
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** P5: checks before use and in the background. */
class ValidationTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();

  @Test
  void aConnectionThatWasUsedAMomentAgoIsNotChecked() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      pool.acquire().close();
      kit.advance(ofMillis(499));
      pool.acquire(ZERO).close();
      assertThat(factory.opened(0).checks).hasValue(0);
    }
  }

  @Test
  void aConnectionThatWasIdleBeyondTheWindowIsCheckedBeforeUse() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      pool.acquire().close();
      kit.advance(ofMillis(500));
      assertThat(pool.acquire().connection()).isSameAs(factory.opened(0));
      assertThat(factory.opened(0).checks).hasValue(1);
      assertThat(factory.opened()).hasSize(1);
    }
  }

  @Test
  void aConnectionThatFailsItsCheckIsReplacedAndTheCallerDoesNotNotice() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      pool.acquire().close();
      factory.onCheck(connection -> false);
      kit.advance(ofSeconds(1));
      assertThat(pool.acquire().connection()).isSameAs(factory.opened(1));
      await().untilAsserted(() -> assertThat(factory.opened(0).closes).hasValue(1));
      assertThat(pool.stats().checkFailures()).isEqualTo(1);
    }
  }

  @Test
  void aCheckThatThrowsAnythingCountsAsFailed() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      pool.acquire().close();
      factory.onCheck(
          connection -> {
            throw new StackOverflowError();
          });
      kit.advance(ofSeconds(1));
      assertThat(pool.acquire().connection()).isSameAs(factory.opened(1));
    }
  }

  @Test
  void aCheckThatHangsIsGivenUpAndTheConnectionReplaced() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).checkTimeout(ofSeconds(1)).build()) {
      pool.acquire().close();
      factory.onCheck(
          connection -> {
            FakeFactory.hangs().run();
            return true;
          });
      kit.advance(ofMillis(500));
      var caller = kit.acquireInBackground(pool, ofSeconds(5));
      kit.advance(ofSeconds(1));
      assertThat(caller.result().connection()).isSameAs(factory.opened(1));
    }
  }

  @Test
  void aCheckThatHangsDoesNotHoldUpACallerWhoseTimeIsUp() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).checkTimeout(ofMinutes(1)).build()) {
      pool.acquire().close();
      factory.onCheck(
          connection -> {
            FakeFactory.hangs().run();
            return true;
          });
      kit.advance(ofMillis(500));
      var caller = kit.acquireInBackground(pool, ofSeconds(5));
      kit.advance(ofSeconds(5));
      assertThat(caller.failure(AcquireTimeoutException.class))
          .hasMessageContaining("1 being checked");
    }
  }

  @Test
  void aPassThatLooksAtAnIdleConnectionHandsItToNobodyUnchecked() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(2).checkTimeout(ofMinutes(10)).build()) {
      Lease<FakeConnection> one = pool.acquire();
      pool.acquire().close();
      one.close();
      factory.onCheck(
          connection -> {
            FakeFactory.hangs().run();
            return true;
          });
      kit.advance(ofSeconds(1));
      var caller = kit.acquireInBackground(pool, ofMinutes(1));
      for (int pass = 0; pass < 5; pass++) {
        kit.advance(ofSeconds(10));
      }
      assertThat(caller.isDone()).isFalse();
      kit.advance(ofSeconds(10));
      caller.failure(AcquireTimeoutException.class);
    }
  }

  @Test
  void idleConnectionsAreCheckedInTheBackgroundAndBrokenOnesReplaced() {
    try (Pool<FakeConnection> pool =
        kit.pool(factory).min(6).max(6).keepAliveInterval(ofSeconds(30)).build()) {
      kit.awaitIdle(pool, 6);
      factory.onCheck(connection -> connection.number != 3);
      kit.advance(ofSeconds(30));
      await().until(() -> factory.opened(3).isClosed() && pool.stats().idle() == 6);
      assertThat(factory.opened().subList(0, 6)).allMatch(c -> c.checks.get() >= 1);
      assertThat(factory.opened()).hasSize(7);
    }
  }

  @Test
  void aCallerDoesNotWaitForABackgroundCheck() throws Exception {
    try (Pool<FakeConnection> pool =
        kit.pool(factory).min(1).max(2).keepAliveInterval(ofSeconds(30)).build()) {
      kit.awaitIdle(pool, 1);
      CountDownLatch checking = new CountDownLatch(1);
      factory.onCheck(connection -> checking.await(10, java.util.concurrent.TimeUnit.SECONDS));
      kit.advance(ofSeconds(30));
      await().until(() -> factory.opened(0).checks.get() == 1);
      assertThat(pool.acquire().connection()).isSameAs(factory.opened(1));
      checking.countDown();
    }
  }

  @Test
  void aConnectionThatIsNoLongerUsableIsNeverHandedOutAndIsNoFailure() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      pool.acquire().close();
      factory.opened(0).usable = false;
      assertThat(pool.acquire().connection()).isSameAs(factory.opened(1));
      await().until(factory.opened(0)::isClosed);
      assertThat(pool.stats().checkFailures()).isZero();
    }
  }

  @Test
  void aConnectionThatIsGivenBackUnusableIsRetired() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      Lease<FakeConnection> lease = pool.acquire();
      lease.connection().usable = false;
      lease.close();
      await().until(factory.opened(0)::isClosed);
      assertThat(pool.stats().idle()).isZero();
    }
  }

  @Test
  void theRegularPassRetiresIdleConnectionsThatAreNoLongerUsable() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      pool.acquire().close();
      factory.opened(0).usable = false;
      kit.advance(ofSeconds(10));
      await().until(factory.opened(0)::isClosed);
    }
  }

  @Test
  void aFactoryWithoutACheckIsNotAsked() throws Exception {
    try (Pool<Object> pool = kit.pool(Object::new).build()) {
      pool.acquire().close();
      kit.advance(ofMinutes(1));
      pool.acquire(ZERO).close();
    }
  }
}
