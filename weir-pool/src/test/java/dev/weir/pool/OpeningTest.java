package dev.weir.pool;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.ManualClock;
import dev.weir.pool.kit.PoolKit;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** P7: opening, when it fails, hangs, or comes too late. */
class OpeningTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();

  @Test
  void anOpenThatFinishesAfterItsCallerGaveUpServesTheNextWaiter() {
    FakeFactory slow = FakeFactory.opensWhenTold();
    try (Pool<FakeConnection> pool = kit.pool(slow).max(1).build()) {
      var first = kit.acquireInBackground(pool, ofMillis(100));
      var second = kit.acquireInBackground(pool, ofSeconds(5));
      kit.advance(ofMillis(100));
      first.failure(AcquireTimeoutException.class);
      slow.finishOpen();
      assertThat(second.result().connection()).isSameAs(slow.opened(0));
    }
  }

  @Test
  void aConnectionThatComesBackWhileACallerJoinsTheLineIsTakenAndNoneIsOpened() throws Exception {
    ConcurrentLinkedQueue<Lease<FakeConnection>> held = new ConcurrentLinkedQueue<>();
    Thread caller = Thread.currentThread();
    // The first thing that a caller does who found nothing is to look at the clock.
    ManualClock clock =
        new ManualClock() {
          @Override
          public long nanos() {
            if (Thread.currentThread() == caller && !held.isEmpty()) {
              held.remove().close();
            }
            return super.nanos();
          }
        };
    try (Pool<FakeConnection> pool =
        ClockDoor.withClock(Pool.builder(factory), clock).min(0).max(9).build()) {
      held.add(pool.acquire());
      try (Lease<FakeConnection> lease = pool.acquire()) {
        assertThat(held).isEmpty();
        assertThat(lease.connection()).isSameAs(factory.opened(0));
      }
      await().until(() -> pool.stats().opening() == 0);
      assertThat(factory.tries()).isEqualTo(1);
    }
  }

  @Test
  void anOpenThatFailedIsRetriedAfterAPauseThatGrows() {
    factory.onOpen(FakeFactory.refused());
    ConcurrentLinkedQueue<PoolEvent> events = new ConcurrentLinkedQueue<>();
    try (Pool<FakeConnection> pool =
        kit.pool(factory)
            .max(1)
            .breakerThreshold(9)
            .retryBackoff(ofMillis(100))
            .listener(events::add)
            .build()) {
      var caller = kit.acquireInBackground(pool, ofMinutes(1));
      await().until(() -> events.size() == 1);
      int tries = 1;
      for (Duration longest : List.of(ofMillis(100), ofMillis(200), ofMillis(400))) {
        // At most half of the pause is taken off at random.
        kit.advance(longest.dividedBy(2).minusNanos(1));
        assertThat(factory.tries()).isEqualTo(tries);
        kit.advance(longest.dividedBy(2).plusNanos(1));
        int seen = ++tries;
        await().until(() -> events.size() == seen);
      }
      assertThat(caller.failure(EndpointDownException.class))
          .hasMessageEndingWith("given up after 4 tries: connection refused")
          .hasCauseInstanceOf(ConnectException.class);
      assertThat(factory.tries()).isEqualTo(4);
      assertThat(pool.stats().failedOpens()).isEqualTo(4);
    }
  }

  @Test
  void aRetryThatSucceedsServesTheCallerWhoNeverHearsOfTheFailure() {
    factory.nextOpens(FakeFactory.refused(), FakeFactory.refused());
    try (Pool<FakeConnection> pool =
        Pool.builder(factory).min(0).retryBackoff(ofMillis(5)).build()) {
      assertThat(Background.start(pool::acquire).result().connection().number).isZero();
      assertThat(factory.tries()).isEqualTo(3);
    }
  }

  @Test
  void aTimeOutNamesTheLastFailedOpen() throws Exception {
    factory.nextOpens(() -> {}, FakeFactory.refused());
    try (Pool<FakeConnection> pool =
        kit.pool(factory).max(2).retryBackoff(ofMinutes(1)).maxRetryBackoff(ofMinutes(1)).build()) {
      pool.acquire();
      var caller = kit.acquireInBackground(pool, ofSeconds(5));
      await().until(() -> pool.stats().failedOpens() == 1);
      kit.advance(ofSeconds(5));
      assertThat(caller.failure(AcquireTimeoutException.class))
          .hasMessage(
              "pool \"search\": no connection within 5 s (1 leased, 0 idle, 0 waiting, 1 opening;"
                  + " last open failed 5 s ago: connection refused)")
          .hasCauseInstanceOf(ConnectException.class);
    }
  }

  @Test
  void callersKeepWaitingForALeasedConnectionWhenOpeningWasGivenUp() throws Exception {
    factory.nextOpens(() -> {}, FakeFactory.refused());
    try (Pool<FakeConnection> pool = kit.pool(factory).max(2).maxRetries(0).build()) {
      Lease<FakeConnection> held = pool.acquire();
      var caller = kit.acquireInBackground(pool, ofMinutes(1));
      await().until(() -> pool.stats().failedOpens() == 1 && pool.stats().opening() == 0);
      assertThat(caller.isDone()).isFalse();
      held.close();
      assertThat(caller.result().connection()).isSameAs(factory.opened(0));
    }
  }

  @Test
  void anOpenThatHangsIsGivenUpReplacedAndItsLateResultClosed() {
    CountDownLatch released = new CountDownLatch(1);
    factory.nextOpens(
        () -> {
          while (released.getCount() > 0) {
            try {
              released.await();
            } catch (InterruptedException ignoredOnPurpose) {
              // A driver that does not heed interrupts.
            }
          }
        });
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).openTimeout(ofSeconds(10)).build()) {
      var caller = kit.acquireInBackground(pool, ofMinutes(1));
      await().until(() -> factory.opening() == 1);
      kit.advance(ofSeconds(10));
      await().until(() -> pool.stats().failedOpens() == 1);
      kit.advance(ofMillis(100));
      Lease<FakeConnection> lease = caller.result();
      FakeConnection mine = lease.connection();
      released.countDown();
      await().until(() -> factory.opened().size() == 2);
      FakeConnection late = factory.opened(1);
      await().until(late::isClosed);
      assertThat(mine.isClosed()).isFalse();
      assertThat(pool.stats().size()).isEqualTo(1);
    }
  }

  @Test
  void oneOpenThatHangsDoesNotHoldUpACallerWhomAnotherConnectionCouldServe() {
    factory.nextOpens(FakeFactory.hangs());
    try (Pool<FakeConnection> pool = kit.pool(factory).max(2).openTimeout(ofSeconds(10)).build()) {
      var caller = kit.acquireInBackground(pool, ofSeconds(5));
      await().until(() -> factory.opening() == 1);
      kit.advance(ofMillis(2_500));
      assertThat(caller.result().connection().number).isZero();
    }
  }

  @Test
  void connectionsAreOpenedFourAtATime() {
    FakeFactory slow = FakeFactory.opensWhenTold();
    try (Pool<FakeConnection> pool = kit.pool(slow).max(10).build()) {
      for (int i = 0; i < 10; i++) {
        kit.acquireInBackground(pool, ofSeconds(5));
      }
      await().until(() -> slow.opening() == 4);
      assertThat(pool.stats().opening()).isEqualTo(4);
      slow.finishOpen();
      await().until(() -> slow.opened().size() == 1 && slow.opening() == 4);
    }
  }

  @Test
  void aConnectionThatComesBackSparesTheNextOpen() throws Exception {
    FakeFactory slow = FakeFactory.opensWhenTold();
    try (Pool<FakeConnection> pool = kit.pool(slow).max(10).openParallelism(1).build()) {
      var first = kit.acquireInBackground(pool, ofSeconds(5));
      slow.finishOpen();
      Lease<FakeConnection> held = first.result();
      var second = kit.acquireInBackground(pool, ofSeconds(5));
      var third = kit.acquireInBackground(pool, ofSeconds(5));
      await().until(() -> slow.opening() == 1);
      held.close();
      second.result().close();
      third.result().close();
      slow.finishOpen();
      kit.awaitIdle(pool, 2);
      assertThat(slow.tries()).isEqualTo(2);
    }
  }

  @Test
  void aFactoryThatThrowsAnErrorOrReturnsNothingIsAFailedOpen() {
    factory.onOpen(
        () -> {
          throw new LinkageError("driver is missing");
        });
    try (Pool<FakeConnection> pool = kit.pool(factory).maxRetries(0).build()) {
      assertThat(kit.acquireInBackground(pool, ofSeconds(5)).failure(EndpointDownException.class))
          .hasMessageContaining("after one try: driver is missing");
    }
  }
}
