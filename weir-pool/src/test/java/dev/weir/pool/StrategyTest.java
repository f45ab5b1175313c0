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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** P9: which of several free connections a caller gets. */
class StrategyTest {
  private final PoolKit kit = new PoolKit();

  /** A pool of n plain objects, all idle, given back in the order of their list. */
  private List<Object> fill(Pool<Object> pool, int n) throws InterruptedException {
    List<Lease<Object>> leases = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      leases.add(pool.acquire());
    }
    List<Object> connections = new ArrayList<>();
    for (Lease<Object> lease : leases) {
      connections.add(lease.connection());
      kit.advance(ofMillis(1));
      lease.close();
    }
    return connections;
  }

  private static Object use(Pool<Object> pool) throws InterruptedException {
    try (Lease<Object> lease = pool.acquire()) {
      return lease.connection();
    }
  }

  @Test
  void lifoLeasesTheConnectionThatCameBackLastAlsoWithinOneTickOfTheClock() throws Exception {
    try (Pool<Object> pool = kit.pool(Object::new).max(4).strategy(Selection.LIFO).build()) {
      List<Object> all = fill(pool, 4);
      assertThat(use(pool)).isSameAs(all.get(3));
      List<Lease<Object>> leases = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        leases.add(pool.acquire());
      }
      List<Object> given = new ArrayList<>();
      for (Lease<Object> lease : leases) {
        given.add(lease.connection());
        lease.close(); // no time passes between them
      }
      for (int i = 3; i >= 0; i--) {
        assertThat(pool.acquire().connection()).isSameAs(given.get(i));
      }
    }
  }

  @Test
  void lifoLetsTheTailAgeHoweverManyThreadsComeSeldom() throws Exception {
    try (Pool<Object> pool = kit.pool(Object::new).max(20).idleTimeout(ofSeconds(60)).build()) {
      fill(pool, 20);
      for (int round = 0; round < 7; round++) {
        for (int i = 0; i < 20; i++) {
          // Each a thread of its own, with a home of its own.
          Background<Object> poller = Background.start(() -> use(pool));
          assertThat(poller.result()).isNotNull();
          kit.advance(ofMillis(500));
        }
      }
      await()
          .until(
              () -> {
                kit.advance(ofSeconds(10));
                use(pool);
                return pool.stats().size() == 1;
              });
    }
  }

  @Test
  void fifoLeasesTheConnectionThatWasIdleLongest() throws Exception {
    try (Pool<Object> pool = kit.pool(Object::new).max(3).strategy(Selection.FIFO).build()) {
      List<Object> all = fill(pool, 3);
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3; i++) {
          assertThat(use(pool)).isSameAs(all.get(i));
          kit.advance(ofMillis(1));
        }
      }
    }
  }

  @Test
  void roundRobinUsesOneAfterTheOtherAndSkipsWhatIsLeased() throws Exception {
    try (Pool<Object> pool = kit.pool(Object::new).max(3).strategy(Selection.ROUND_ROBIN).build()) {
      fill(pool, 3);
      assertThat(pool.stats().strategy()).isEqualTo("round-robin"); // P15
      Object first = use(pool);
      Object second = use(pool);
      Object third = use(pool);
      assertThat(new HashSet<>(List.of(first, second, third))).hasSize(3);
      assertThat(use(pool)).isSameAs(first);
      Lease<Object> held = pool.acquire();
      assertThat(held.connection()).isSameAs(second);
      assertThat(use(pool)).isSameAs(third);
      assertThat(use(pool)).isSameAs(first);
      assertThat(use(pool)).isSameAs(third);
    }
  }

  @Test
  void leastLoadedLeasesTheConnectionWithTheFewestLeases() throws Exception {
    try (Pool<Object> pool =
        kit.pool(Object::new)
            .max(2)
            .min(2)
            .maxLeasesPerConnection(10)
            .strategy(Selection.LEAST_LOADED)
            .build()) {
      kit.awaitIdle(pool, 2);
      Lease<Object> one = pool.acquire();
      Lease<Object> other = pool.acquire();
      assertThat(other.connection()).isNotSameAs(one.connection());
      Lease<Object> third = pool.acquire();
      Lease<Object> fourth = pool.acquire();
      assertThat(third.connection()).isNotSameAs(fourth.connection());
      Object loaded = third.connection();
      fourth.close();
      assertThat(pool.acquire().connection()).isNotSameAs(loaded);
    }
  }

  @Test
  void randomUsesThemAll() throws Exception {
    try (Pool<Object> pool = kit.pool(Object::new).max(5).strategy(Selection.RANDOM).build()) {
      List<Object> all = fill(pool, 5);
      Set<Object> used = new HashSet<>();
      await()
          .until(
              () -> {
                used.add(use(pool));
                return used.size() == all.size();
              });
    }
  }

  @Test
  void aStrategyOfTheUserChooses() throws Exception {
    Strategy leastUsed =
        candidates -> {
          int best = -1;
          for (int i = 0; i < candidates.size(); i++) {
            if (candidates.isReady(i) && (best < 0 || candidates.uses(i) < candidates.uses(best))) {
              best = i;
            }
          }
          return best;
        };
    try (Pool<Object> pool = kit.pool(Object::new).max(3).strategy(leastUsed).build()) {
      fill(pool, 3);
      assertThat(pool.stats().strategy()).isEqualTo("own");
      for (int i = 0; i < 30; i++) {
        use(pool);
      }
      assertThat(pool.connections()).allMatch(c -> c.uses() == 11);
    }
  }

  @Test
  void aStrategyThatThrowsOrAnswersNonsenseBreaksNothing() throws Exception {
    List<Strategy> hostile =
        List.of(
            candidates -> {
              throw new IllegalStateException("hostile");
            },
            candidates -> {
              throw new StackOverflowError();
            },
            candidates -> -7,
            candidates -> Integer.MAX_VALUE,
            candidates -> candidates.leases(1000),
            candidates -> 0);
    for (Strategy strategy : hostile) {
      try (Pool<Object> pool = kit.pool(Object::new).max(2).strategy(strategy).build()) {
        Lease<Object> one = pool.acquire();
        Lease<Object> other = pool.acquire();
        assertThat(other.connection()).isNotSameAs(one.connection());
        var waiting = kit.acquireInBackground(pool, ofSeconds(5));
        one.close();
        assertThat(waiting.result().connection()).isNotSameAs(other.connection());
      }
    }
  }

  @Test
  void aStrategyThatHangsHoldsUpItsOwnCallerAlone() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    ThreadLocal<Boolean> hangs = ThreadLocal.withInitial(() -> false);
    Strategy strategy =
        candidates -> {
          if (hangs.get()) {
            try {
              end.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          return -1;
        };
    try (Pool<Object> pool = kit.pool(Object::new).max(2).strategy(strategy).build()) {
      fill(pool, 2);
      var stuck =
          Background.start(
              () -> {
                hangs.set(true);
                return pool.acquire();
              });
      for (int i = 0; i < 100; i++) {
        use(pool);
      }
      end.countDown();
      stuck.result().close();
    }
  }

  @Test
  void aStrategyMayUseThePoolItself() throws Exception {
    List<Pool<Object>> self = new ArrayList<>();
    ThreadLocal<Integer> depth = ThreadLocal.withInitial(() -> 0);
    Strategy reentering =
        candidates -> {
          depth.set(depth.get() + 1);
          if (depth.get() == 1) {
            try {
              use(self.get(0));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          depth.set(depth.get() - 1);
          return 0;
        };
    try (Pool<Object> pool = kit.pool(Object::new).max(3).strategy(reentering).build()) {
      self.add(pool);
      fill(pool, 3);
      assertThat(use(pool)).isNotNull();
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyStrategySkipsWhatIsBrokenOrOld(Selection strategy) throws Exception {
    FakeFactory factory = FakeFactory.opensAtOnce();
    try (Pool<FakeConnection> pool =
        kit.pool(factory).max(4).strategy(strategy).validationWindow(ofSeconds(60)).build()) {
      List<Lease<FakeConnection>> leases = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        leases.add(pool.acquire());
      }
      leases.forEach(Lease::close);
      FakeConnection broken = factory.opened(2);
      broken.usable = false;
      for (int i = 0; i < 12; i++) {
        try (Lease<FakeConnection> lease = pool.acquire()) {
          assertThat(lease.connection()).isNotSameAs(broken);
        }
      }
    }
  }
}
