package dev.weir.pool;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.PoolEvent.LeakSuspected;
import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** P12: leases that nobody refers to any more. */
class ForgottenLeaseTest {
  private final LeakKit leaks = new LeakKit();
  private final PoolKit kit = leaks.kit;
  private final FakeFactory factory = leaks.factory;

  @Test
  void aLeaseThatNobodyCanEndAnyMoreIsToldAndItsPlaceRecovered() throws Exception {
    try (Pool<FakeConnection> pool = leaks.watched().max(1).leakThreshold(ofHours(1)).build()) {
      forget(pool);
      awaitFound(pool);
      LeakSuspected leak = leaks.told(LeakSuspected.class).get(0);
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
                  assertThat(leaks.events)
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
    try (Pool<FakeConnection> pool = leaks.watched().max(1).leakThreshold(ofHours(1)).build()) {
      Thread thread = new Thread(new Task(pool), "dies");
      thread.start();
      thread.join();
      thread = null;
      awaitFound(pool);
      assertThat(leaks.told(LeakSuspected.class).get(0).holder().thread()).isEqualTo("dies");
    }
  }

  @Test
  void aForgottenLeaseOfASharedConnectionTakesNothingFromTheOthers() throws Exception {
    try (Pool<FakeConnection> pool =
        leaks
            .watched()
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
    try (Pool<FakeConnection> pool = leaks.watched().max(1).build()) {
      AtomicReference<@Nullable Lease<FakeConnection>> kept = new AtomicReference<>(pool.acquire());
      kit.advance(ofSeconds(30));
      leaks.awaitTold(LeakSuspected.class, 1);
      kept.set(null);
      awaitRecovered(pool);
      assertThat(leaks.told(LeakSuspected.class)).hasSize(1);
    }
  }

  private static void forget(Pool<FakeConnection> pool) throws Exception {
    Objects.requireNonNull(pool.acquire());
  }

  private void awaitFound(Pool<FakeConnection> pool) {
    awaitRecovered(pool);
    leaks.awaitTold(LeakSuspected.class, 1);
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
}
