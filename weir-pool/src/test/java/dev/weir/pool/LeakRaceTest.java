package dev.weir.pool;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.PoolEvent.LeakEnded;
import dev.weir.pool.PoolEvent.LeakSuspected;
import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** P12: holders against the watch, on the real clock. The seed is printed. */
class LeakRaceTest {
  private static final long SEED = Long.getLong("weir.seed", System.nanoTime());

  @Test
  void aLeaseThatEndsJustWhenItIsReclaimedEndsOnce() {
    System.out.println("leak race, seed " + SEED);
    endOrAreReclaimed(1);
  }

  @Test
  void sharedLeasesThatEndJustWhenTheyAreReclaimedEndOnceEach() {
    endOrAreReclaimed(3);
  }

  private static void endOrAreReclaimed(int leasesEach) {
    new PoolKit(); // for the pace of await()
    FakeFactory factory = FakeFactory.opensAtOnce();
    AtomicInteger suspected = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    Pool<FakeConnection> pool =
        Pool.builder(factory)
            .min(0)
            .max(3)
            .maxLeasesPerConnection(leasesEach)
            .leakThreshold(ofMillis(2))
            .leakReclaim(true)
            .listener(
                event -> {
                  if (event instanceof LeakSuspected) {
                    suspected.incrementAndGet();
                  } else if (event instanceof LeakEnded) {
                    ended.incrementAndGet();
                  }
                })
            .build();
    AtomicLong leases = new AtomicLong();
    SplittableRandom seeds = new SplittableRandom(SEED);
    List<Background<Boolean>> holders = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      SplittableRandom random = seeds.split();
      holders.add(
          Background.start(
              () -> {
                for (int turn = 0; turn < 150; turn++) {
                  Lease<FakeConnection> lease = pool.acquire(ofSeconds(9));
                  leases.incrementAndGet();
                  LockSupport.parkNanos(random.nextLong(4_000_000));
                  if (random.nextInt(4) == 0) {
                    lease.invalidate(null);
                  }
                  lease.close();
                }
                return true;
              }));
    }
    holders.forEach(Background::result);
    await().until(() -> suspected.get() == ended.get());
    await().until(() -> pool.stats().active() == 0);
    assertThat(pool.stats().acquired()).isEqualTo(leases.get());
    assertThat(pool.stats().released()).isEqualTo(leases.get());
    assertThat(suspected).as("leases were reclaimed at all").hasPositiveValue();
    assertThat(factory.mostOpen()).isLessThanOrEqualTo(3);
    pool.close();
    await().until(() -> pool.stats().size() == 0 && factory.stillOpen() == 0);
    assertThat(factory.opened()).allMatch(connection -> connection.closes.get() == 1);
  }
}
