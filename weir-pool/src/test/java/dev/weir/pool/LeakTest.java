package dev.weir.pool;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.PoolEvent.LeakEnded;
import dev.weir.pool.PoolEvent.LeakSuspected;
import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** P12: leases that are held for too long. */
class LeakTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();
  private final ConcurrentLinkedQueue<PoolEvent> events = new ConcurrentLinkedQueue<>();

  private PoolBuilder<FakeConnection> watched() {
    return kit.pool(factory).max(2).leakThreshold(ofSeconds(30)).listener(events::add);
  }

  private <E extends PoolEvent> List<E> told(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private void awaitTold(Class<? extends PoolEvent> type, int n) {
    await().until(() -> told(type).size() == n);
  }

  private Lease<FakeConnection> acquireInThisMethod(Pool<FakeConnection> pool) throws Exception {
    return pool.acquire();
  }

  @Test
  void aLeaseHeldForTooLongIsToldOnceWithTheThreadAndTheStackThatTookIt() throws Exception {
    try (Pool<FakeConnection> pool = watched().build()) {
      Lease<FakeConnection> lease = acquireInThisMethod(pool);
      kit.advance(ofMillis(29_999));
      assertThat(told(LeakSuspected.class)).isEmpty();
      kit.advance(ofSeconds(1)); // two looks are never closer to each other
      awaitTold(LeakSuspected.class, 1);
      LeakSuspected leak = told(LeakSuspected.class).get(0);
      assertThat(leak.pool()).isEqualTo("search");
      assertThat(leak.connection()).isEqualTo(1);
      assertThat(leak.unreachable()).isFalse();
      assertThat(leak.holder().held()).isEqualTo(ofMillis(30_999));
      assertThat(leak.holder().suspect()).isTrue();
      assertThat(leak.holder().thread()).isEqualTo(Thread.currentThread().getName());
      assertThat(leak.holder().takenAt().get(0).getMethodName()).isEqualTo("acquireInThisMethod");
      assertThat(leak.holder().takenAt().get(0).getClassName()).isEqualTo(LeakTest.class.getName());
      kit.advance(ofHours(1));
      pool.acquire().close(); // something that happens after another look of the pool
      assertThat(told(LeakSuspected.class)).hasSize(1);
      assertThat(lease.connection().isClosed()).as("closed under its holder").isFalse();
      lease.close();
    }
  }

  @Test
  void aLeakIsToldSoonAfterTheThresholdThoughThePassesOverIdleConnectionsAreRare()
      throws Exception {
    try (Pool<FakeConnection> pool = watched().evictionInterval(ofHours(1)).build()) {
      kit.advance(ofSeconds(7));
      pool.acquire();
      kit.advance(ofSeconds(30));
      awaitTold(LeakSuspected.class, 1);
    }
  }

  @Test
  void eachLeaseIsToldAtItsOwnTime() throws Exception {
    try (Pool<FakeConnection> pool = watched().build()) {
      pool.acquire();
      kit.advance(ofSeconds(10));
      pool.acquire();
      kit.advance(ofSeconds(20));
      awaitTold(LeakSuspected.class, 1);
      kit.advance(ofSeconds(9));
      assertThat(told(LeakSuspected.class)).hasSize(1);
      kit.advance(ofSeconds(1));
      awaitTold(LeakSuspected.class, 2);
      assertThat(told(LeakSuspected.class))
          .extracting(LeakSuspected::connection)
          .containsExactlyInAnyOrder(1L, 2L);
    }
  }

  @Test
  void aLeaseThatEndsInTimeIsNeverTold() throws Exception {
    try (Pool<FakeConnection> pool = watched().build()) {
      pool.acquire().close();
      pool.acquire().invalidate(null);
      pool.acquire().detach();
      kit.advance(ofMinutes(10));
      Lease<FakeConnection> other = pool.acquire();
      kit.advance(ofSeconds(30));
      awaitTold(LeakSuspected.class, 1);
      assertThat(told(LeakSuspected.class).get(0).connection()).isEqualTo(3);
      other.close();
    }
  }

  @Test
  void aLeaseThatComesBackLateIsToldToHaveEnded() throws Exception {
    try (Pool<FakeConnection> pool = watched().build()) {
      Lease<FakeConnection> lease = pool.acquire();
      kit.advance(ofSeconds(30));
      awaitTold(LeakSuspected.class, 1);
      kit.advance(ofSeconds(5));
      lease.close();
      lease.close();
      awaitTold(LeakEnded.class, 1);
      assertThat(told(LeakEnded.class)).containsExactly(new LeakEnded("search", 1, ofSeconds(35)));
      assertThat(pool.acquire().isReused()).isTrue();
    }
  }

  @Test
  void aLeaseThatComesBackWhileItIsBeingToldIsToldToHaveEndedAfterwards() throws Exception {
    CountDownLatch telling = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    PoolListener slow =
        event -> {
          if (event instanceof LeakSuspected) {
            telling.countDown();
            Background.start(
                    () -> {
                      goOn.await();
                      return true;
                    })
                .result();
          }
          events.add(event);
        };
    try (Pool<FakeConnection> pool = watched().listener(slow).build()) {
      Lease<FakeConnection> lease = pool.acquire();
      kit.advance(ofSeconds(30));
      telling.await();
      lease.close();
      assertThat(told(LeakEnded.class)).isEmpty();
      goOn.countDown();
      awaitTold(LeakEnded.class, 1);
      assertThat(events)
          .filteredOn(e -> e instanceof LeakSuspected || e instanceof LeakEnded)
          .first()
          .isInstanceOf(LeakSuspected.class);
    }
  }

  @Test
  void withoutReclaimingALeakKeepsItsPlace() throws Exception {
    try (Pool<FakeConnection> pool = watched().max(1).build()) {
      pool.acquire();
      kit.advance(ofSeconds(30));
      awaitTold(LeakSuspected.class, 1);
      assertThat(pool.stats().active()).isEqualTo(1);
      assertThatThrownBy(() -> pool.acquire(ofMillis(0)))
          .isInstanceOf(AcquireTimeoutException.class);
    }
  }

  @Test
  void aReclaimedLeaseIsEndedItsConnectionClosedAndItsPlaceFree() throws Exception {
    try (Pool<FakeConnection> pool = watched().max(1).leakReclaim(true).build()) {
      Lease<FakeConnection> lease = pool.acquire();
      kit.advance(ofSeconds(28));
      var waiting = kit.acquireInBackground(pool, ofMinutes(1));
      kit.advance(ofSeconds(2));
      Lease<FakeConnection> next = waiting.result();
      assertThat(next.connection().number).isEqualTo(1);
      await().until(factory.opened(0)::isClosed);
      awaitTold(LeakSuspected.class, 1);
      await()
          .untilAsserted(
              () ->
                  assertThat(events)
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
    try (Pool<FakeConnection> pool = watched().max(1).leakReclaim(true).build()) {
      Lease<FakeConnection> lease = pool.acquire();
      kit.advance(ofSeconds(30));
      await().until(factory.opened(0)::isClosed);
      awaitTold(LeakSuspected.class, 1);
      Lease<FakeConnection> next = pool.acquire();
      lease.close();
      lease.invalidate(new IllegalStateException("closed under my hands"));
      assertThatThrownBy(lease::detach).isInstanceOf(IllegalStateException.class);
      awaitTold(LeakEnded.class, 1);
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
        watched()
            .max(1)
            .maxLeasesPerConnection(3)
            .validationWindow(ofMinutes(10))
            .leakReclaim(true)
            .build()) {
      Lease<FakeConnection> leaked = pool.acquire();
      kit.advance(ofSeconds(20));
      Lease<FakeConnection> honest = pool.acquire();
      kit.advance(ofSeconds(10));
      awaitTold(LeakSuspected.class, 1);
      await().until(() -> pool.connections().get(0).leases() == 1);
      assertThat(honest.connection().isClosed()).as("closed under another's hands").isFalse();
      assertThatThrownBy(leaked::connection).isInstanceOf(IllegalStateException.class);
      honest.close();
      await().until(factory.opened(0)::isClosed);
      assertThat(told(LeakSuspected.class)).hasSize(1);
      assertThat(factory.opened(0).closes).hasValue(1);
    }
  }

  @Test
  void aReusableLeaseIsWatchedEachTimeItIsTaken() throws Exception {
    try (Pool<FakeConnection> pool = watched().leakReclaim(true).build()) {
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
      awaitTold(LeakSuspected.class, 1);
      assertThatThrownBy(lease::connection).isInstanceOf(IllegalStateException.class);
      lease.acquire();
      assertThat(lease.connection().number).isEqualTo(1);
      lease.close();
      assertThat(pool.stats().active()).isZero();
    }
  }

  @Test
  void anAsynchronousLeaseIsToldWithTheStackThatAskedForIt() throws Exception {
    try (Pool<FakeConnection> pool = watched().max(1).build()) {
      Lease<FakeConnection> first = pool.acquire();
      var stage = askInThisMethod(pool);
      first.close();
      await().until(stage::isDone);
      kit.advance(ofSeconds(30));
      awaitTold(LeakSuspected.class, 1);
      LeaseHolder holder = told(LeakSuspected.class).get(0).holder();
      assertThat(holder.thread()).isEqualTo(Thread.currentThread().getName());
      assertThat(holder.takenAt().get(0).getMethodName()).isEqualTo("askInThisMethod");
      stage.join().close();
      awaitTold(LeakEnded.class, 1);
    }
  }

  private java.util.concurrent.CompletableFuture<Lease<FakeConnection>> askInThisMethod(
      Pool<FakeConnection> pool) {
    return pool.acquireAsync(ofMinutes(1)).toCompletableFuture();
  }

  @Test
  void aLeaseThatNobodyCanEndAnyMoreIsToldAndItsPlaceRecovered() throws Exception {
    try (Pool<FakeConnection> pool = watched().max(1).leakThreshold(ofHours(1)).build()) {
      forget(pool);
      awaitFound(pool);
      LeakSuspected leak = told(LeakSuspected.class).get(0);
      assertThat(leak.unreachable()).isTrue();
      assertThat(leak.connection()).isEqualTo(1);
      assertThat(leak.holder().takenAt().get(0).getMethodName()).isEqualTo("forget");
      await().until(factory.opened(0)::isClosed);
      Lease<FakeConnection> next = pool.acquire();
      assertThat(next.connection().number).isEqualTo(1);
      next.close();
      await()
          .untilAsserted(
              () ->
                  assertThat(events)
                      .contains(new PoolEvent.Destroyed("search", 1, Reason.LOST, null)));
      assertThat(pool.stats().released()).isEqualTo(2);
    }
  }

  /** The lease, and a task that died with it in a field; its thread is as dead as it is. */
  private static final class Task implements Runnable {
    private final Pool<FakeConnection> pool;
    private @Nullable Lease<FakeConnection> lease;

    Task(Pool<FakeConnection> pool) {
      this.pool = pool;
    }

    @Override
    public void run() {
      try {
        lease = pool.acquire();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void aLeaseThatDiedWithItsTaskIsFoundThoughItsThreadRefersToTheTask() throws Exception {
    try (Pool<FakeConnection> pool = watched().max(1).leakThreshold(ofHours(1)).build()) {
      Thread thread = new Thread(new Task(pool), "dies");
      thread.start();
      thread.join();
      thread = null;
      awaitFound(pool);
      assertThat(told(LeakSuspected.class).get(0).holder().thread()).isEqualTo("dies");
    }
  }

  @Test
  void aForgottenLeaseOfASharedConnectionTakesNothingFromTheOthers() throws Exception {
    try (Pool<FakeConnection> pool =
        watched()
            .max(1)
            .maxLeasesPerConnection(2)
            .validationWindow(ofMinutes(10))
            .leakThreshold(ofHours(1))
            .build()) {
      Lease<FakeConnection> honest = pool.acquire();
      forget(pool);
      awaitFound(pool);
      await().until(() -> pool.connections().get(0).leases() == 1);
      assertThat(honest.connection().isClosed()).isFalse();
      honest.close();
      await().until(factory.opened(0)::isClosed);
    }
  }

  @Test
  void aReportedLeaseThatIsForgottenLaterIsRecoveredWithoutASecondReport() throws Exception {
    try (Pool<FakeConnection> pool = watched().max(1).build()) {
      AtomicReference<@Nullable Lease<FakeConnection>> kept = new AtomicReference<>(pool.acquire());
      kit.advance(ofSeconds(30));
      awaitTold(LeakSuspected.class, 1);
      kept.set(null);
      awaitRecovered(pool);
      assertThat(told(LeakSuspected.class)).hasSize(1);
    }
  }

  private static void forget(Pool<FakeConnection> pool) throws Exception {
    Objects.requireNonNull(pool.acquire());
  }

  private void awaitFound(Pool<FakeConnection> pool) {
    awaitRecovered(pool);
    awaitTold(LeakSuspected.class, 1);
  }

  /** Collects garbage and moves time until the lease that was forgotten has been ended. */
  private void awaitRecovered(Pool<FakeConnection> pool) {
    long before = pool.stats().released();
    await()
        .atMost(ofMinutes(1))
        .until(
            () -> {
              System.gc();
              kit.advance(ofMillis(600));
              return pool.stats().released() > before;
            });
  }

  @Test
  void aListenerThatThrowsOrHangsHoldsUpNeitherRecoveryNorLaterReports() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    List<Long> heard = new java.util.concurrent.CopyOnWriteArrayList<>();
    PoolListener hostile =
        event -> {
          if (event instanceof LeakSuspected leak) {
            heard.add(leak.connection());
            if (leak.connection() == 1) {
              try {
                over.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }
            throw new AssertionError("a listener's own fault");
          }
        };
    try (Pool<FakeConnection> pool = watched().max(4).leakReclaim(true).listener(hostile).build()) {
      List<Lease<FakeConnection>> leaked = new ArrayList<>();
      for (int i = 1; i <= 3; i++) {
        leaked.add(pool.acquire());
        kit.advance(ofSeconds(30));
        int n = i;
        await().until(() -> heard.size() == n);
        await().until(factory.opened(i - 1)::isClosed);
      }
      assertThat(heard).containsExactly(1L, 2L, 3L);
      assertThat(pool.stats().active()).isZero();
      leaked.forEach(Lease::close);
    } finally {
      over.countDown();
    }
  }

  @Test
  void aClosedPoolLooksForNoLeaksAnyMore() throws Exception {
    Pool<FakeConnection> pool = watched().build();
    Lease<FakeConnection> lease = pool.acquire();
    pool.close();
    assertThat(pool.snapshot().holders()).isEmpty();
    kit.advance(ofHours(1));
    lease.close();
    assertThat(told(LeakSuspected.class)).isEmpty();
    assertThat(factory.opened(0).closes.get()).isLessThanOrEqualTo(1);
  }

  @Test
  void aLeaseThatIsNotWatchedKnowsNothingOfBeingWatched() throws Exception {
    try (Pool<FakeConnection> plain = kit.pool(factory).build();
        Pool<FakeConnection> watched = watched().build()) {
      Class<?> lease = plain.acquire().getClass();
      assertThat(lease.getSimpleName()).isEqualTo("SlotLease");
      assertThat(plain.reusableLease()).hasSameClassAs(plain.acquire());
      assertThat(List.of(lease.getDeclaredFields()))
          .extracting(field -> field.getType().getSimpleName())
          .doesNotContain("Ticket", "LeakWatch", "Origin", "Throwable");
      assertThat(watched.acquire().getClass()).isNotEqualTo(lease);
    }
  }
}
