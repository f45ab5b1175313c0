package dev.weir.pool;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.ConnectionInfo.State;
import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** P15, P16, P17: what a pool tells about itself. */
class ObservationTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();

  @Test
  void theNumbersAddUp() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(4).build()) {
      Lease<FakeConnection> kept = pool.acquire();
      Lease<FakeConnection> other = pool.acquire();
      kit.advance(ofMillis(80));
      other.close();
      pool.acquire().invalidate(null);
      await().until(() -> pool.stats().destroyed() == 1);
      PoolStats stats = pool.stats();
      assertThat(stats.active()).isEqualTo(1);
      assertThat(stats.idle()).isZero();
      assertThat(stats.size()).isEqualTo(1);
      assertThat(stats.maxSize()).isEqualTo(4);
      assertThat(stats.created()).isEqualTo(2);
      assertThat(stats.acquired()).isEqualTo(3);
      assertThat(stats.released()).isEqualTo(2);
      assertThat(stats.utilisation()).isEqualTo(0.25);
      assertThat(stats.reuseRatio()).isBetween(0.33, 0.34);
      assertThat(stats.holdTime().count()).isEqualTo(2);
      assertThat(stats.holdTime().max()).isEqualTo(ofMillis(80));
      assertThat(stats.holdTime().mean()).isEqualTo(ofMillis(40));
      kept.close();
    }
  }

  @Test
  void noConnectionIsCountedTwiceWhileItChangesHands() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(2).build()) {
      var enough = new AtomicBoolean();
      Thread user =
          new Thread(
              () -> {
                try {
                  while (!enough.get()) {
                    pool.acquire().close();
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      pool.acquire().close();
      user.start();
      try {
        for (int look = 0; look < 20_000; look++) {
          PoolStats stats = pool.stats();
          assertThat(stats.active() + stats.idle()).as("connections").isLessThanOrEqualTo(1);
        }
      } finally {
        enough.set(true);
        user.join();
      }
    }
  }

  @Test
  void acquireTimesCountTheWaitOfThoseWhoWaitedAndZeroForTheRest() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      for (int i = 0; i < 99; i++) {
        pool.acquire().close();
      }
      Lease<FakeConnection> held = pool.acquire();
      var waiting = kit.acquireInBackground(pool, ofSeconds(5));
      kit.advance(ofSeconds(1));
      held.close();
      waiting.result().close();
      PoolStats.Times times = pool.stats().acquireTime();
      assertThat(times.count()).isEqualTo(101);
      assertThat(times.p50()).isZero();
      assertThat(times.p99()).isZero();
      assertThat(times.max()).isEqualTo(ofSeconds(1));
    }
  }

  @Test
  void connectionsAreListedWithTheirStateAndHistory() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(3).build()) {
      Lease<FakeConnection> idle = pool.acquire();
      Lease<FakeConnection> leased = pool.acquire();
      Lease<FakeConnection> broken = pool.acquire();
      kit.advance(ofSeconds(3));
      idle.close();
      CountDownLatch closing = new CountDownLatch(1);
      factory.onClose(closing::await);
      broken.invalidate(null);
      List<ConnectionInfo> all = pool.connections();
      assertThat(all)
          .extracting(ConnectionInfo::state)
          .containsExactlyInAnyOrder(State.IDLE, State.LEASED, State.BROKEN);
      ConnectionInfo first =
          all.stream().filter(c -> c.state() == State.IDLE).findFirst().orElseThrow();
      assertThat(first.uses()).isEqualTo(1);
      assertThat(Duration.between(first.created(), first.lastUsed())).isEqualTo(ofSeconds(3));
      assertThat(first.holder()).isNull();
      assertThat(first.attributes()).containsEntry("number", "0");
      assertThat(all)
          .filteredOn(c -> c.state() == State.LEASED)
          .extracting(ConnectionInfo::holder)
          .allMatch(holder -> holder.startsWith(Thread.currentThread().getName()));
      assertThat(all)
          .filteredOn(c -> c.state() == State.BROKEN)
          .extracting(ConnectionInfo::failures)
          .containsExactly(1L);
      closing.countDown();
      leased.close();
    }
  }

  @Test
  void aConnectionBeingCheckedIsListedAsSuch() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      pool.acquire().close();
      CountDownLatch answer = new CountDownLatch(1);
      factory.onCheck(connection -> answer.await(10, java.util.concurrent.TimeUnit.SECONDS));
      kit.advance(ofSeconds(1));
      var caller = kit.acquireInBackground(pool, ofSeconds(5));
      assertThat(pool.connections())
          .extracting(ConnectionInfo::state)
          .containsExactly(State.CHECKING);
      answer.countDown();
      caller.result().close();
    }
  }

  @Test
  void everythingThatHappensToAConnectionIsTold() throws Exception {
    ConcurrentLinkedQueue<PoolEvent> events = new ConcurrentLinkedQueue<>();
    IOException cause = new IOException("broken pipe");
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).listener(events::add).build()) {
      Lease<FakeConnection> lease = pool.acquire();
      kit.advance(ofMillis(7));
      var waiting = kit.acquireInBackground(pool, ofSeconds(5));
      lease.close();
      waiting.result().invalidate(cause);
      await().until(() -> events.size() == 7);
      assertThat(events)
          .containsExactly(
              new PoolEvent.Created("search", 1, ZERO),
              new PoolEvent.Acquired("search", 1, ZERO),
              new PoolEvent.Exhausted("search", 1, 1),
              new PoolEvent.Released("search", 1, ofMillis(7)),
              new PoolEvent.Acquired("search", 1, ZERO),
              new PoolEvent.Released("search", 1, ZERO),
              new PoolEvent.Destroyed("search", 1, Reason.INVALIDATED, cause));
    }
  }

  @Test
  void evictionsAndFailedChecksAreToldWithTheirReason() throws Exception {
    ConcurrentLinkedQueue<PoolEvent> events = new ConcurrentLinkedQueue<>();
    IOException cause = new IOException("no answer");
    try (Pool<FakeConnection> pool = kit.pool(factory).listener(events::add).build()) {
      pool.acquire().close();
      factory.onCheck(
          connection -> {
            throw cause;
          });
      kit.advance(ofSeconds(1));
      Lease<FakeConnection> second = pool.acquire();
      kit.advance(ofMinutes(30));
      second.close();
      await()
          .untilAsserted(
              () ->
                  assertThat(events)
                      .contains(
                          new PoolEvent.ValidationFailed("search", 1, cause),
                          new PoolEvent.Destroyed("search", 1, Reason.CHECK_FAILED, cause),
                          new PoolEvent.Evicted("search", 2, Reason.LIFETIME),
                          new PoolEvent.Destroyed("search", 2, Reason.LIFETIME, null)));
    }
  }

  @Test
  void aListenerThatThrowsBreaksNothing() throws Exception {
    AtomicInteger heard = new AtomicInteger();
    Pool<FakeConnection> pool =
        kit.pool(factory)
            .max(1)
            .listener(
                event -> {
                  heard.incrementAndGet();
                  throw new AssertionError("a listener's own fault");
                })
            .build();
    pool.acquire().close();
    Lease<FakeConnection> lease = pool.acquire();
    lease.invalidate(null);
    kit.acquireInBackground(pool, ofSeconds(5)).result().close();
    pool.close();
    await().until(() -> factory.stillOpen() == 0);
    assertThat(heard.get()).isGreaterThan(5);
  }
}
