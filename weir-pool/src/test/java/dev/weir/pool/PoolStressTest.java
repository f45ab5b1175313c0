package dev.weir.pool;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Many threads on the real clock, for a second or two each. The seed is printed; it decides what
 * each thread does, not how they interleave.
 */
class PoolStressTest {
  private static final long SEED = Long.getLong("weir.seed", System.nanoTime());

  @BeforeAll
  static void tellSeed() {
    System.out.println("pool stress, seed " + SEED);
    new PoolKit(); // for the pace of await()
  }

  /** What a thread does with a lease. */
  private interface Use {
    void of(Lease<FakeConnection> lease, SplittableRandom random) throws Exception;
  }

  private static void exclusively(Lease<FakeConnection> lease) {
    assertThat(lease.connection().users.incrementAndGet()).as("holders").isEqualTo(1);
    assertThat(lease.connection().isClosed()).as("leased after its end").isFalse();
    Thread.onSpinWait();
    lease.connection().users.decrementAndGet();
  }

  private static long hammer(Pool<FakeConnection> pool, int threads, Use use) {
    AtomicBoolean over = new AtomicBoolean();
    AtomicLong leases = new AtomicLong();
    SplittableRandom seeds = new SplittableRandom(SEED);
    List<Background<Boolean>> callers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      SplittableRandom random = seeds.split();
      callers.add(
          Background.start(
              () -> {
                while (!over.get()) {
                  use.of(pool.acquire(ofSeconds(9)), random);
                  leases.incrementAndGet();
                }
                return true;
              }));
    }
    try {
      await().pollDelay(ofMillis(1_200)).until(() -> true);
    } finally {
      over.set(true);
    }
    callers.forEach(Background::result);
    return leases.get();
  }

  private static void assertAllCameBack(Pool<FakeConnection> pool, FakeFactory factory) {
    assertThat(pool.stats().pending()).isZero();
    assertThat(pool.stats().failedAcquires()).isZero();
    // What the pool was opening or checking for callers that are gone comes back by itself.
    await().until(() -> pool.stats().active() == 0);
    pool.close();
    await().until(() -> pool.stats().size() == 0 && factory.stillOpen() == 0);
    assertThat(factory.opened()).allMatch(connection -> connection.closes.get() == 1);
  }

  @Test
  void noWaiterIsLeftBehindWhenManyThreadsShareFewConnections() {
    FakeFactory factory = FakeFactory.opensAtOnce();
    Pool<FakeConnection> pool = Pool.builder(factory).max(3).maxWaiters(64).build();
    long leases =
        hammer(
            pool,
            16,
            (lease, random) -> {
              exclusively(lease);
              lease.close();
            });
    assertThat(pool.stats().acquired()).isEqualTo(leases);
    assertThat(pool.stats().released()).isEqualTo(leases);
    assertThat(factory.mostOpen()).isLessThanOrEqualTo(3);
    assertAllCameBack(pool, factory);
  }

  /**
   * One release against one caller that joins the line, and nobody else who could wake it by
   * accident. Fails when a caller does not look for a free slot once more after it joined.
   */
  @Test
  void aCallerThatJoinsTheLineWhileTheOnlyLeaseEndsIsNotLeftAsleep() throws Exception {
    FakeFactory factory = FakeFactory.opensAtOnce();
    SplittableRandom random = new SplittableRandom(SEED);
    AtomicLong begun = new AtomicLong();
    AtomicLong served = new AtomicLong();
    int rounds = 50_000;
    Pool<FakeConnection> pool = Pool.builder(factory).min(0).max(1).build();
    var other =
        Background.start(
            () -> {
              for (long round = 1; round <= rounds; round++) {
                while (begun.get() < round) {
                  Thread.onSpinWait();
                }
                pool.acquire(ofSeconds(3)).close();
                served.set(round);
              }
              return true;
            });
    long end = System.nanoTime() + ofSeconds(1).toNanos();
    for (long round = 1; round <= rounds && !other.isDone(); round++) {
      Lease<FakeConnection> lease = pool.acquire();
      begun.set(System.nanoTime() < end ? round : rounds);
      for (int pause = random.nextInt(40); pause > 0; pause--) {
        Thread.onSpinWait();
      }
      lease.close();
      while (served.get() < round && !other.isDone()) {
        Thread.onSpinWait();
      }
      if (begun.get() == rounds) {
        break;
      }
    }
    other.result();
    assertAllCameBack(pool, factory);
  }

  @Test
  void noPlaceIsLostWhenLeasesEndInEveryWay() {
    FakeFactory factory = FakeFactory.opensAtOnce();
    Pool<FakeConnection> pool =
        Pool.builder(factory)
            .max(4)
            .maxWaiters(64)
            .maxLifetime(ofMillis(20))
            .idleTimeout(ofMillis(10))
            .evictionInterval(ofMillis(3))
            .validationWindow(ofMillis(1))
            .keepAliveInterval(ofMillis(2))
            .build();
    hammer(
        pool,
        12,
        (lease, random) -> {
          exclusively(lease);
          switch (random.nextInt(12)) {
            case 0 -> lease.invalidate(null);
            case 1 -> factory.close(lease.detach());
            case 2 -> lease.connection().usable = false;
            case 3 -> pool.resize(0, 2 + random.nextInt(4));
            default -> {}
          }
          lease.close();
          if (random.nextInt(50) == 0) {
            Thread.sleep(2); // idle for a moment, so that passes and checks have something to do
          }
        });
    assertAllCameBack(pool, factory);
  }

  @Test
  void noPlaceIsLostWhenOpensAndChecksFail() {
    FakeFactory factory = FakeFactory.opensAtOnce();
    SplittableRandom random = new SplittableRandom(SEED);
    factory.onOpen(
        () -> {
          boolean fails;
          synchronized (random) {
            fails = random.nextInt(4) == 0;
          }
          if (fails) {
            FakeFactory.refused().run();
          }
        });
    factory.onCheck(connection -> (connection.checks.get() & 3) != 3);
    Pool<FakeConnection> pool =
        Pool.builder(factory)
            .max(4)
            .maxWaiters(64)
            .maxRetries(30)
            .breakerThreshold(31)
            .retryBackoff(ofMillis(1))
            .maxRetryBackoff(ofMillis(2))
            .validationWindow(ofMillis(0))
            .build();
    hammer(
        pool,
        8,
        (lease, own) -> {
          exclusively(lease);
          if (own.nextInt(5) == 0) {
            lease.invalidate(null);
          }
          lease.close();
        });
    assertThat(factory.mostOpen()).isLessThanOrEqualTo(4);
    assertAllCameBack(pool, factory);
  }

  @Test
  void shortDeadlinesAreKeptAndLoseNoConnection() {
    FakeFactory factory = FakeFactory.opensAtOnce();
    Pool<FakeConnection> pool = Pool.builder(factory).max(2).maxWaiters(64).build();
    AtomicLong timedOut = new AtomicLong();
    List<Background<Boolean>> callers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      callers.add(
          Background.start(
              () -> {
                for (int n = 0; n < 300; n++) {
                  long start = System.nanoTime();
                  try (Lease<FakeConnection> lease = pool.acquire(ofMillis(1))) {
                    exclusively(lease);
                    if (n % 16 == 0) {
                      Thread.sleep(2);
                    }
                  } catch (AcquireTimeoutException e) {
                    timedOut.incrementAndGet();
                    // A second is what a loaded machine may take to run this thread again.
                    assertThat(System.nanoTime() - start)
                        .isBetween(ofMillis(1).toNanos(), ofSeconds(1).toNanos());
                  }
                }
                return true;
              }));
    }
    callers.forEach(Background::result);
    PoolStats stats = pool.stats();
    assertThat(stats.timedOutAcquires()).isEqualTo(timedOut.get());
    assertThat(stats.acquired() + timedOut.get()).isEqualTo(12 * 300);
    assertThat(stats.acquired()).isEqualTo(stats.released());
    await().until(() -> pool.stats().active() == 0);
    pool.close();
    await().until(() -> factory.stillOpen() == 0);
  }

  @Test
  void closingInTheMiddleOfEverythingClosesEveryConnectionOnce() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int round = 0; round < 60; round++) {
      FakeFactory factory = FakeFactory.opensAtOnce();
      Pool<FakeConnection> pool = Pool.builder(factory).min(3).max(4).build();
      List<Background<Boolean>> callers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        callers.add(
            Background.start(
                () -> {
                  while (true) {
                    try (Lease<FakeConnection> lease = pool.acquire()) {
                      Thread.onSpinWait();
                    } catch (PoolClosedException e) {
                      return true;
                    }
                  }
                }));
      }
      long pause = random.nextLong(2_000_000);
      long start = System.nanoTime();
      while (System.nanoTime() - start < pause) {
        Thread.onSpinWait();
      }
      pool.close();
      callers.forEach(Background::result);
      await()
          .until(
              () ->
                  factory.opening() == 0
                      && factory.opened().stream().allMatch(c -> c.closes.get() == 1));
    }
  }
}
