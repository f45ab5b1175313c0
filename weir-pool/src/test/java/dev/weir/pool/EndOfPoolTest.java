package dev.weir.pool;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** P2: the two ways in which a pool ends. */
class EndOfPoolTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();

  @Test
  void aDrainWaitsForTheLeasesAndClosesEveryConnection() throws Exception {
    Pool<FakeConnection> pool = kit.pool(factory).build();
    Lease<FakeConnection> first = pool.acquire();
    Lease<FakeConnection> second = pool.acquire();
    second.close();
    var drain = Background.start(() -> pool.drain(ofSeconds(10))).untilParkedOn(kit.clock());
    await().until(factory.opened(1)::isClosed);
    assertThatThrownBy(pool::acquire)
        .isInstanceOf(PoolClosedException.class)
        .hasMessage("pool \"search\": being drained, lends no more");
    assertThat(drain.isDone()).isFalse();
    assertThat(first.connection().isClosed()).isFalse();
    first.close();
    assertThat(drain.result().complete()).isTrue();
    await().until(factory.opened(0)::isClosed);
    assertThat(pool.isHealthy()).isFalse();
    pool.close();
    assertThat(factory.opened()).allMatch(connection -> connection.closes.get() == 1);
  }

  @Test
  void aDrainWhoseTimeIsUpTellsWhoStillHoldsWhat() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      pool.acquire();
      var drain = Background.start(() -> pool.drain()).untilParkedOn(kit.clock());
      kit.advance(ofSeconds(10));
      DrainReport report = drain.result();
      assertThat(report.complete()).isFalse();
      assertThat(report.took()).isEqualTo(ofSeconds(10));
      assertThat(report.stillLeased()).hasSize(1);
      assertThat(report.stillLeased().get(0).holder()).startsWith(Thread.currentThread().getName());
      assertThat(report.stillLeased().get(0).attributes()).containsEntry("number", "0");
    }
  }

  @Test
  void callersWhoWaitedBeforeADrainAreStillServed() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      Lease<FakeConnection> held = pool.acquire();
      var waiting = kit.acquireInBackground(pool, ofMinutes(1));
      var drain = Background.start(() -> pool.drain(ofMinutes(2))).untilParkedOn(kit.clock());
      held.close();
      Lease<FakeConnection> served = waiting.result();
      assertThat(drain.isDone()).isFalse();
      served.close();
      assertThat(drain.result().complete()).isTrue();
    }
  }

  @Test
  void aDrainEndsWhenTheLastWaiterGivesUp() throws Exception {
    FakeFactory never = FakeFactory.opensWhenTold();
    try (Pool<FakeConnection> pool = kit.pool(never).max(1).build()) {
      var waiting = kit.acquireInBackground(pool, ofSeconds(5));
      var drain = Background.start(() -> pool.drain(ofMinutes(2))).untilParkedOn(kit.clock());
      kit.advance(ofSeconds(5));
      waiting.failure(AcquireTimeoutException.class);
      assertThat(drain.result().complete()).isTrue();
    }
  }

  @Test
  void aDrainedPoolOpensNothingAnyMore() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).min(2).build()) {
      kit.awaitIdle(pool, 2);
      assertThat(pool.drain().complete()).isTrue();
      await().until(() -> pool.stats().size() == 0);
      kit.advance(ofMinutes(1));
      assertThat(factory.opened()).hasSize(2);
    }
  }

  @Test
  void closingEndsLeasedConnectionsToo() throws Exception {
    Pool<FakeConnection> pool = kit.pool(factory).build();
    Lease<FakeConnection> lease = pool.acquire();
    pool.close();
    pool.close();
    await().until(factory.opened(0)::isClosed);
    lease.invalidate(null);
    assertThat(factory.opened(0).closes).hasValue(1);
    assertThatThrownBy(lease::detach).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatArrivesAfterThePoolWasClosedIsClosed() {
    CountDownLatch arrive = new CountDownLatch(1);
    factory.onOpen(
        () -> {
          while (arrive.getCount() > 0) {
            try {
              arrive.await();
            } catch (InterruptedException ignoredOnPurpose) {
              // A driver that does not heed interrupts.
            }
          }
        });
    Pool<FakeConnection> pool = kit.pool(factory).min(2).build();
    await().until(() -> factory.opening() == 2);
    pool.close();
    arrive.countDown();
    await().until(() -> factory.opened().size() == 2 && factory.stillOpen() == 0);
    await().until(() -> pool.stats().size() == 0);
  }

  @Test
  void closingInterruptsTheOpensUnderWay() {
    FakeFactory hanging = FakeFactory.hanging();
    Pool<FakeConnection> pool = kit.pool(hanging).min(2).build();
    await().until(() -> hanging.opening() == 2);
    pool.close();
    await().until(() -> hanging.opening() == 0);
  }

  @Test
  void aClosedPoolLeavesNoThreadBehind() {
    List<Thread> made = new java.util.concurrent.CopyOnWriteArrayList<>();
    Pool<FakeConnection> pool =
        Pool.builder(factory)
            .threads(
                task -> {
                  Thread thread = new Thread(task);
                  thread.setDaemon(true);
                  made.add(thread);
                  return thread;
                })
            .build();
    kit.awaitIdle(pool, 2);
    pool.close();
    // The alarm outlives the pool by its last call, workers by their two seconds without work.
    await().atMost(ofSeconds(20)).until(() -> made.stream().noneMatch(Thread::isAlive));
  }
}
