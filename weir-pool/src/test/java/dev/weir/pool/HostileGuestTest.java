package dev.weir.pool;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Factories, listeners and strategies that throw, hang or come back in: only their call suffers.
 */
class HostileGuestTest {
  private final FakeFactory factory = FakeFactory.opensAtOnce();
  private final CountDownLatch release = new CountDownLatch(1);

  /** What a guest does. */
  enum Guest {
    THROWS,
    ERRS,
    COMES_BACK_IN
  }

  private static void misbehave(Guest guest, AtomicReference<Pool<FakeConnection>> pool) {
    switch (guest) {
      case THROWS -> throw new IllegalStateException("a guest that throws");
      case ERRS -> throw new StackOverflowError("a guest that errs");
      case COMES_BACK_IN -> {
        Pool<FakeConnection> behind = pool.get();
        if (behind != null) {
          var unused = behind.stats();
          unused = behind.isHealthy() ? unused : behind.stats();
          behind.acquireAsync(ZERO).thenAccept(Lease::close);
        }
      }
    }
  }

  private static void assertWorks(Pool<FakeConnection> pool) throws Exception {
    assertWorks(pool, 0);
  }

  private static void assertWorks(Pool<FakeConnection> pool, int held) throws Exception {
    for (int i = 0; i < 20; i++) {
      pool.acquire(ofSeconds(9)).close();
    }
    try (var one = pool.acquire(ofSeconds(9));
        var two = pool.acquire(ofSeconds(9))) {
      assertThat(one.connection()).isNotSameAs(two.connection());
    }
    await().until(() -> pool.stats().active() == held);
  }

  @ParameterizedTest
  @EnumSource(Guest.class)
  void aListenerBreaksNothing(Guest guest) throws Exception {
    AtomicReference<Pool<FakeConnection>> itself = new AtomicReference<>();
    AtomicInteger depth = new AtomicInteger();
    PoolListener listener =
        event -> {
          try {
            if (depth.incrementAndGet() < 5) {
              misbehave(guest, itself);
            }
          } finally {
            depth.decrementAndGet();
          }
        };
    try (Pool<FakeConnection> pool = Pool.builder(factory).max(2).listener(listener).build()) {
      itself.set(pool);
      assertWorks(pool);
    }
    await().until(() -> factory.stillOpen() == 0);
  }

  @ParameterizedTest
  @EnumSource(Guest.class)
  void aStrategyBreaksNothing(Guest guest) throws Exception {
    AtomicReference<Pool<FakeConnection>> itself = new AtomicReference<>();
    AtomicInteger depth = new AtomicInteger();
    Strategy strategy =
        candidates -> {
          try {
            if (depth.incrementAndGet() < 5) {
              misbehave(guest, itself);
            }
          } finally {
            depth.decrementAndGet();
          }
          return candidates.size() + 7;
        };
    try (Pool<FakeConnection> pool = Pool.builder(factory).max(2).strategy(strategy).build()) {
      itself.set(pool);
      assertWorks(pool);
    }
  }

  @ParameterizedTest
  @EnumSource(Guest.class)
  void aResetBreaksOnlyItsConnection(Guest guest) throws Exception {
    AtomicReference<Pool<FakeConnection>> itself = new AtomicReference<>();
    AtomicInteger calls = new AtomicInteger();
    factory.onReset(
        () -> {
          if (calls.incrementAndGet() % 3 == 0) {
            misbehave(guest, itself);
          }
        });
    try (Pool<FakeConnection> pool = Pool.builder(factory).max(2).build()) {
      itself.set(pool);
      assertWorks(pool);
    }
    await().until(() -> factory.stillOpen() == 0);
  }

  @Test
  void aStrategyThatHangsHoldsUpItsOwnCallerOnly() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch hangs = new CountDownLatch(1);
    Strategy strategy =
        candidates -> {
          if (calls.incrementAndGet() == 1) {
            hangs.countDown();
            awaitUninterruptibly(release);
          }
          return 0;
        };
    try (Pool<FakeConnection> pool =
        Pool.builder(factory).min(2).max(2).strategy(strategy).build()) {
      await().until(() -> pool.stats().idle() == 2);
      var held = Background.start(() -> pool.acquire(ofSeconds(60)));
      hangs.await();
      assertWorks(pool);
      release.countDown();
      held.result().close();
    }
  }

  @Test
  void aListenerThatHangsHoldsUpItsOwnCallerOnly() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch hangs = new CountDownLatch(1);
    PoolListener listener =
        event -> {
          if (event instanceof PoolEvent.Acquired && calls.incrementAndGet() == 1) {
            hangs.countDown();
            awaitUninterruptibly(release);
          }
        };
    try (Pool<FakeConnection> pool = Pool.builder(factory).max(3).listener(listener).build()) {
      var held = Background.start(() -> pool.acquire(ofSeconds(60)));
      hangs.await();
      assertWorks(pool, 1);
      release.countDown();
      held.result().close();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
