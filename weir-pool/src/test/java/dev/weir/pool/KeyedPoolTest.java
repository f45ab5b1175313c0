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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** P14: one pool a key, under one bound. */
class KeyedPoolTest {
  private final PoolKit kit = new PoolKit();
  private final Map<String, FakeFactory> factories = new ConcurrentHashMap<>();

  private FakeFactory factory(String key) {
    return factories.computeIfAbsent(key, k -> FakeFactory.opensAtOnce());
  }

  private KeyedPoolBuilder<String, FakeConnection> builder() {
    return kit.keyed(this::factory);
  }

  private static PoolStats statsOf(KeyedPool<String, ?> pool, String key) {
    return Objects.requireNonNull(pool.statsByKey().get(key));
  }

  private int stillOpen() {
    return factories.values().stream().mapToInt(FakeFactory::stillOpen).sum();
  }

  @Test
  void eachKeyHasConnectionsOfItsOwnMadeOnDemand() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = builder().build()) {
      pool.acquire("a").close();
      pool.acquire("b").close();
      try (Lease<FakeConnection> again = pool.acquire("a")) {
        assertThat(again.connection()).isSameAs(factory("a").opened(0));
      }
      assertThat(pool.statsByKey()).containsOnlyKeys("a", "b");
      assertThat(statsOf(pool, "a").acquired()).isEqualTo(2);
      assertThat(pool.stats().acquired()).isEqualTo(3);
      assertThat(pool.stats().idle()).isEqualTo(2);
      assertThat(pool.connections().get("b")).hasSize(1);
    }
  }

  @Test
  void eachKeysPoolIsChangedAsASingleOneIs() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (KeyedPool<String, FakeConnection> pool =
        builder()
            .maxTotal(5)
            .each(
                each ->
                    each.name("shops")
                        .max(2)
                        .strategy(
                            candidates -> {
                              asked.incrementAndGet();
                              return 0;
                            }))
            .build()) {
      assertThat(pool.name()).isEqualTo("shops");
      Lease<FakeConnection> first = pool.acquire("a");
      pool.acquire("a").close();
      first.close();
      pool.acquire("a").close();
      assertThat(asked).hasPositiveValue();
      assertThat(statsOf(pool, "a").maxSize()).isEqualTo(2);
      assertThat(statsOf(pool, "a").minSize()).isZero();
      assertThat(pool.stats().maxSize()).isEqualTo(5);
    }
  }

  @Test
  void aKeyThatNeedsAPlaceGetsThatOfTheConnectionThatWasIdleLongest() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = builder().maxTotal(2).build()) {
      pool.acquire("old").close();
      kit.advance(ofSeconds(1));
      pool.acquire("young").close();
      pool.acquire("new").close();
      await().until(() -> factory("old").stillOpen() == 0);
      assertThat(factory("young").stillOpen()).isEqualTo(1);
      assertThat(stillOpen()).isEqualTo(2);
    }
  }

  @Test
  void aKeyThatNeedsAPlaceGetsThatOfTheNextConnectionGivenBackElsewhere() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = builder().maxTotal(1).build()) {
      Lease<FakeConnection> held = pool.acquire("a");
      var hungry =
          Background.start(() -> pool.acquire("b", ofMinutes(1))).untilParkedOn(kit.clock());
      assertThat(pool.stats().pending()).isEqualTo(1);
      held.close();
      hungry.result().close();
      assertThat(factory("a").stillOpen()).isZero();
    }
  }

  @Test
  void aBusyKeyCannotKeepAnotherOutForEver() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = builder().maxTotal(2).build()) {
      Lease<FakeConnection> one = pool.acquire("busy");
      Lease<FakeConnection> two = pool.acquire("busy");
      var ownWaiter =
          Background.start(() -> pool.acquire("busy", ofMinutes(1))).untilParkedOn(kit.clock());
      var hungry =
          Background.start(() -> pool.acquire("b", ofMinutes(1))).untilParkedOn(kit.clock());
      one.close();
      hungry.result().close();
      two.close();
      ownWaiter.result().close();
    }
  }

  @Test
  void theBoundOverAllKeysHoldsWhateverHappens() throws Exception {
    AtomicInteger open = new AtomicInteger();
    AtomicInteger mostOpen = new AtomicInteger();
    ConnectionFactory<int[]> counting =
        new ConnectionFactory<>() {
          @Override
          public int[] open() {
            mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
            return new int[1];
          }

          @Override
          public void close(int[] connection) {
            open.decrementAndGet();
          }
        };
    try (KeyedPool<Integer, int[]> pool =
        KeyedPool.<Integer, int[]>builder(key -> counting)
            .maxTotal(5)
            .perKey(PoolOptions.defaults().withSize(0, 3).withAcquireTimeout(ofSeconds(20)))
            .build()) {
      List<Background<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        int caller = i;
        callers.add(
            Background.start(
                () -> {
                  for (int n = 0; n < 200; n++) {
                    pool.acquire((caller + n) % 8).close();
                  }
                  return caller;
                }));
      }
      callers.forEach(Background::result);
      assertThat(mostOpen.get()).isLessThanOrEqualTo(5);
      assertThat(pool.stats().acquired()).isEqualTo(12 * 200);
      assertThat(pool.stats().failedAcquires()).isZero();
    }
    await().until(() -> open.get() == 0);
  }

  @Test
  void aKeyThatNobodyUsesIsDroppedAndItsNumbersStayInTheTotal() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = builder().build()) {
      pool.acquire("a").close();
      await()
          .until(
              () -> {
                kit.advance(ofSeconds(30));
                pool.acquire("b").close();
                return !pool.statsByKey().containsKey("a");
              });
      await().until(() -> factory("a").stillOpen() == 0);
      assertThat(pool.statsByKey()).containsOnlyKeys("b");
      assertThat(pool.stats().created()).isEqualTo(statsOf(pool, "b").created() + 1);
      pool.acquire("a").close();
      assertThat(pool.statsByKey()).containsKey("a");
    }
  }

  @Test
  void aKeyWithALeaseIsNotDropped() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = builder().build()) {
      Lease<FakeConnection> lease = pool.acquire("a");
      for (int i = 0; i < 100; i++) {
        kit.advance(ofSeconds(10));
      }
      assertThat(lease.connection().isClosed()).isFalse();
      lease.close();
    }
  }

  @Test
  void aDrainWaitsForEveryKey() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = builder().build()) {
      Lease<FakeConnection> a = pool.acquire("a");
      Lease<FakeConnection> b = pool.acquire("b");
      var drain = Background.start(() -> pool.drain(ofSeconds(10))).untilParkedOn(kit.clock());
      a.close();
      b.close();
      assertThat(drain.result().complete()).isTrue();
      assertThatThrownBy(() -> pool.acquire("a")).isInstanceOf(PoolClosedException.class);
      assertThatThrownBy(() -> pool.acquireAsync("c").toCompletableFuture().get())
          .hasCauseInstanceOf(PoolClosedException.class);
    }
    await().until(() -> stillOpen() == 0);
  }

  @Test
  void anAsynchronousCallerOfAKeyIsServedToo() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = builder().maxTotal(1).build()) {
      Lease<FakeConnection> held = pool.acquire("a");
      var coming = pool.acquireAsync("b").toCompletableFuture();
      held.close();
      coming.get().close();
    }
  }
}
