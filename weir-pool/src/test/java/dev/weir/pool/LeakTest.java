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
import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** P12: leases that are held for too long, and told. */
class LeakTest {
  private final LeakKit leaks = new LeakKit();
  private final PoolKit kit = leaks.kit;
  private final FakeFactory factory = leaks.factory;

  private Lease<FakeConnection> acquireInThisMethod(Pool<FakeConnection> pool) throws Exception {
    return pool.acquire();
  }

  @Test
  void aLeaseHeldForTooLongIsToldOnceWithTheThreadAndTheStackThatTookIt() throws Exception {
    try (Pool<FakeConnection> pool = leaks.watched().build()) {
      Lease<FakeConnection> lease = acquireInThisMethod(pool);
      kit.advance(ofMillis(29_999));
      assertThat(leaks.told(LeakSuspected.class)).isEmpty();
      kit.advance(ofSeconds(1)); // two looks are never closer to each other
      leaks.awaitTold(LeakSuspected.class, 1);
      LeakSuspected leak = leaks.told(LeakSuspected.class).get(0);
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
      assertThat(leaks.told(LeakSuspected.class)).hasSize(1);
      assertThat(lease.connection().isClosed()).as("closed under its holder").isFalse();
      lease.close();
    }
  }

  @Test
  void aLeakIsToldSoonAfterTheThresholdThoughThePassesOverIdleConnectionsAreRare()
      throws Exception {
    try (Pool<FakeConnection> pool = leaks.watched().evictionInterval(ofHours(1)).build()) {
      kit.advance(ofSeconds(7));
      pool.acquire();
      kit.advance(ofSeconds(30));
      leaks.awaitTold(LeakSuspected.class, 1);
    }
  }

  @Test
  void eachLeaseIsToldAtItsOwnTime() throws Exception {
    try (Pool<FakeConnection> pool = leaks.watched().build()) {
      pool.acquire();
      kit.advance(ofSeconds(10));
      pool.acquire();
      kit.advance(ofSeconds(20));
      leaks.awaitTold(LeakSuspected.class, 1);
      kit.advance(ofSeconds(9));
      assertThat(leaks.told(LeakSuspected.class)).hasSize(1);
      kit.advance(ofSeconds(1));
      leaks.awaitTold(LeakSuspected.class, 2);
      assertThat(leaks.told(LeakSuspected.class))
          .extracting(LeakSuspected::connection)
          .containsExactlyInAnyOrder(1L, 2L);
    }
  }

  @Test
  void aLeaseThatEndsInTimeIsNeverTold() throws Exception {
    try (Pool<FakeConnection> pool = leaks.watched().build()) {
      pool.acquire().close();
      pool.acquire().invalidate(null);
      pool.acquire().detach();
      kit.advance(ofMinutes(10));
      Lease<FakeConnection> other = pool.acquire();
      kit.advance(ofSeconds(30));
      leaks.awaitTold(LeakSuspected.class, 1);
      assertThat(leaks.told(LeakSuspected.class).get(0).connection()).isEqualTo(3);
      other.close();
    }
  }

  @Test
  void aLeaseThatComesBackLateIsToldToHaveEnded() throws Exception {
    try (Pool<FakeConnection> pool = leaks.watched().build()) {
      Lease<FakeConnection> lease = pool.acquire();
      kit.advance(ofSeconds(30));
      leaks.awaitTold(LeakSuspected.class, 1);
      kit.advance(ofSeconds(5));
      lease.close();
      lease.close();
      leaks.awaitTold(LeakEnded.class, 1);
      assertThat(leaks.told(LeakEnded.class))
          .containsExactly(new LeakEnded("search", 1, ofSeconds(35)));
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
        };
    try (Pool<FakeConnection> pool = leaks.watched().listener(slow).build()) {
      Lease<FakeConnection> lease = pool.acquire();
      kit.advance(ofSeconds(30));
      telling.await();
      lease.close();
      assertThat(leaks.told(LeakEnded.class)).isEmpty();
      goOn.countDown();
      leaks.awaitTold(LeakEnded.class, 1);
      assertThat(leaks.events)
          .filteredOn(e -> e instanceof LeakSuspected || e instanceof LeakEnded)
          .first()
          .isInstanceOf(LeakSuspected.class);
    }
  }

  @Test
  void withoutReclaimingALeakKeepsItsPlace() throws Exception {
    try (Pool<FakeConnection> pool = leaks.watched().max(1).build()) {
      pool.acquire();
      kit.advance(ofSeconds(30));
      leaks.awaitTold(LeakSuspected.class, 1);
      assertThat(pool.stats().active()).isEqualTo(1);
      assertThatThrownBy(() -> pool.acquire(ofMillis(0)))
          .isInstanceOf(AcquireTimeoutException.class);
    }
  }

  @Test
  void anAsynchronousLeaseIsToldWithTheStackThatAskedForIt() throws Exception {
    try (Pool<FakeConnection> pool = leaks.watched().max(1).build()) {
      Lease<FakeConnection> first = pool.acquire();
      var stage = askInThisMethod(pool);
      first.close();
      await().until(stage::isDone);
      kit.advance(ofSeconds(30));
      leaks.awaitTold(LeakSuspected.class, 1);
      LeaseHolder holder = leaks.told(LeakSuspected.class).get(0).holder();
      assertThat(holder.thread()).isEqualTo(Thread.currentThread().getName());
      assertThat(holder.takenAt().get(0).getMethodName()).isEqualTo("askInThisMethod");
      stage.join().close();
      leaks.awaitTold(LeakEnded.class, 1);
    }
  }

  private java.util.concurrent.CompletableFuture<Lease<FakeConnection>> askInThisMethod(
      Pool<FakeConnection> pool) {
    return pool.acquireAsync(ofMinutes(1)).toCompletableFuture();
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
    try (Pool<FakeConnection> pool =
        leaks.watched().max(4).leakReclaim(true).listener(hostile).build()) {
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
    Pool<FakeConnection> pool = leaks.watched().build();
    Lease<FakeConnection> lease = pool.acquire();
    pool.close();
    assertThat(pool.snapshot().holders()).isEmpty();
    kit.advance(ofHours(1));
    lease.close();
    assertThat(leaks.told(LeakSuspected.class)).isEmpty();
    assertThat(factory.opened(0).closes.get()).isLessThanOrEqualTo(1);
  }

  @Test
  void aLeaseThatIsNotWatchedKnowsNothingOfBeingWatched() throws Exception {
    try (Pool<FakeConnection> plain = kit.pool(factory).build();
        Pool<FakeConnection> watched = leaks.watched().build()) {
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
