package dev.weir.pool;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.PoolSnapshot.Mode;
import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** P14, P18: suspend, resume and evict, over all keys. */
class KeyedSuspendTest {
  private final PoolKit kit = new PoolKit();
  private final Map<String, FakeFactory> factories = new ConcurrentHashMap<>();

  private FakeFactory factory(String key) {
    return factories.computeIfAbsent(key, k -> FakeFactory.opensAtOnce());
  }

  private KeyedPool<String, FakeConnection> pool() {
    return kit.<String, FakeConnection>keyed(this::factory).build();
  }

  private int stillOpen() {
    return factories.values().stream().mapToInt(FakeFactory::stillOpen).sum();
  }

  private Background<Lease<FakeConnection>> acquireInBackground(
      KeyedPool<String, FakeConnection> pool, String key) {
    return Background.start(() -> pool.acquire(key, ofSeconds(5))).untilParkedOn(kit.clock());
  }

  private static Mode modeOf(KeyedPool<String, ?> pool, String key) {
    return Objects.requireNonNull(pool.snapshotByKey().get(key)).mode();
  }

  @Test
  void aSuspendedPoolLendsNothingOfAnyKeyAndItsCallersWait() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = pool()) {
      pool.acquire("a").close();
      Lease<FakeConnection> before = pool.acquire("b");
      pool.suspend();
      pool.suspend();
      var a = acquireInBackground(pool, "a");
      var b = pool.acquireAsync("b").toCompletableFuture();
      before.close();
      assertThat(pool.stats().idle()).isEqualTo(2);
      assertThat(a.isDone()).isFalse();
      assertThat(b).isNotDone();
      pool.resume();
      a.result().close();
      assertThat(b).succeedsWithin(ofSeconds(60));
    }
  }

  @Test
  void aKeyUsedForTheFirstTimeWhileThePoolIsSuspendedWaitsToo() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = pool()) {
      pool.suspend();
      var blocking = acquireInBackground(pool, "new");
      CompletableFuture<Lease<FakeConnection>> async =
          pool.acquireAsync("newer").toCompletableFuture();
      assertThat(pool.stats().opening()).as("opened for them").isZero();
      assertThat(blocking.isDone()).isFalse();
      assertThat(async).isNotDone();
      pool.resume();
      blocking.result().close();
      assertThat(async).succeedsWithin(ofSeconds(60));
    }
  }

  @Test
  void aKeyWhosePoolIsBeingMadeWhenAllIsSuspendedWaitsToo() throws Exception {
    AtomicReference<KeyedPool<String, FakeConnection>> self = new AtomicReference<>();
    try (KeyedPool<String, FakeConnection> pool =
        kit.<String, FakeConnection>keyed(
                key -> {
                  Objects.requireNonNull(self.get()).suspend(); // which cannot see the pool yet
                  return factory(key);
                })
            .build()) {
      self.set(pool);
      var waiting = acquireInBackground(pool, "new");
      assertThat(waiting.isDone()).isFalse();
      pool.resume();
      waiting.result().close();
    }
  }

  @Test
  void aKeyWhosePoolIsBeingMadeWhenAllIsResumedIsServed() throws Exception {
    AtomicReference<KeyedPool<String, FakeConnection>> self = new AtomicReference<>();
    try (KeyedPool<String, FakeConnection> pool =
        kit.<String, FakeConnection>keyed(
                key -> {
                  Objects.requireNonNull(self.get()).resume();
                  return factory(key);
                })
            .build()) {
      self.set(pool);
      pool.suspend();
      pool.acquire("new", ofSeconds(5)).close();
      assertThat(modeOf(pool, "new")).isEqualTo(Mode.OPEN);
    }
  }

  @Test
  void aCallerOfASuspendedKeyGivesUpAtItsDeadline() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = pool()) {
      pool.suspend();
      var waiting = acquireInBackground(pool, "a");
      kit.advance(ofSeconds(5));
      waiting.failure(AcquireTimeoutException.class);
      pool.resume();
      pool.acquire("a").close();
    }
  }

  @Test
  void aKeyThatGotNoPlaceWhileAllWasSuspendedGetsOneLater() throws Exception {
    try (KeyedPool<String, FakeConnection> pool =
        kit.<String, FakeConnection>keyed(this::factory).maxTotal(1).build()) {
      Lease<FakeConnection> held = pool.acquire("a");
      pool.suspend();
      var hungry = acquireInBackground(pool, "b");
      held.close();
      kit.advance(ofSeconds(1)); // so that it has been idle for longer than no time at all
      assertThat(hungry.isDone()).isFalse();
      pool.resume();
      hungry.result().close();
    }
  }

  @Test
  void keysThatWaitWhileAllIsSuspendedTakeNoPlaceFromEachOther() throws Exception {
    try (KeyedPool<String, FakeConnection> pool =
        kit.<String, FakeConnection>keyed(this::factory).maxTotal(1).build()) {
      pool.acquire("a").close();
      pool.suspend();
      var a = acquireInBackground(pool, "a");
      var b = acquireInBackground(pool, "b");
      assertThat(factory("a").opened(0).isClosed()).isFalse();
      assertThat(factory("b").tries()).isZero();
      pool.resume();
      a.result().close();
      b.result().close();
    }
  }

  @Test
  void aSuspendedPoolCanBeDrainedAndClosed() throws Exception {
    KeyedPool<String, FakeConnection> pool = pool();
    pool.acquire("a").close();
    pool.suspend();
    var waiting = acquireInBackground(pool, "a");
    var drained = Background.start(() -> pool.drain(ofSeconds(5)));
    waiting.result().close();
    assertThat(drained.result().complete()).isTrue();
    pool.resume();
    assertThat(modeOf(pool, "a")).as("resuming does not undo a drain").isEqualTo(Mode.DRAINING);
    pool.close();
    await().until(() -> stillOpen() == 0);
  }

  @Test
  void suspendAndResumeInTurnsLeaveNoKeyBehind() throws Exception {
    // In real time, and with keys that are new again and again.
    try (KeyedPool<Integer, Object> pool =
        KeyedPool.<Integer, Object>builder(key -> Object::new).maxTotal(8).build()) {
      List<Background<Object>> all = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        all.add(
            Background.start(
                () -> {
                  for (int n = 0; n < 2000; n++) {
                    pool.suspend();
                    pool.resume();
                  }
                  return pool;
                }));
      }
      for (int i = 0; i < 3; i++) {
        int caller = i;
        all.add(
            Background.start(
                () -> {
                  for (int n = 0; n < 300; n++) {
                    pool.acquire((n + caller) % 100, ofSeconds(60)).close();
                  }
                  return pool;
                }));
      }
      all.forEach(Background::result);
      assertThat(pool.snapshotByKey().values())
          .extracting(PoolSnapshot::mode)
          .containsOnly(Mode.OPEN);
    }
  }

  @Test
  void everythingOfEveryKeyIsReplacedWithoutFailingACaller() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = pool()) {
      pool.acquire("a").close();
      Lease<FakeConnection> leased = pool.acquire("b");
      FakeConnection idle = factory("a").opened(0);
      FakeConnection held = leased.connection();
      pool.evictAll();
      await().until(idle::isClosed);
      assertThat(held.isClosed()).isFalse();
      leased.close();
      await().until(held::isClosed);
      for (String key : List.of("a", "b")) {
        try (Lease<FakeConnection> fresh = pool.acquire(key)) {
          assertThat(fresh.connection()).isSameAs(factory(key).opened(1));
        }
      }
      assertThat(pool.stats().failedAcquires()).isZero();
    }
  }

  @Test
  void whatWasBeingOpenedWithTheOldCredentialsIsNotLent() throws Exception {
    FakeFactory slow = FakeFactory.opensWhenTold();
    try (KeyedPool<String, FakeConnection> pool =
        kit.<String, FakeConnection>keyed(key -> slow).build()) {
      var waiting = acquireInBackground(pool, "a");
      await().until(() -> slow.opening() == 1);
      pool.evictAll();
      slow.finishOpen();
      await().until(() -> slow.opened().size() == 1 && slow.opened(0).isClosed());
      slow.finishOpen();
      assertThat(waiting.result().connection()).isSameAs(slow.opened(1));
    }
  }

  @Test
  void everythingOfOneKeyIsReplacedAndNothingOfTheOthers() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = pool()) {
      pool.acquire("a").close();
      pool.acquire("b").close();
      pool.evictAll("a");
      await().until(() -> factory("a").opened(0).isClosed());
      try (Lease<FakeConnection> same = pool.acquire("b")) {
        assertThat(same.connection()).isSameAs(factory("b").opened(0));
      }
    }
  }

  @Test
  void evictingAKeyThatHasNoPoolMakesNone() {
    try (KeyedPool<String, FakeConnection> pool = pool()) {
      pool.evictAll("unused");
      assertThat(pool.statsByKey()).isEmpty();
      assertThat(factories).isEmpty();
    }
  }

  @Test
  void aKeyThatWasDroppedWhileAllIsSuspendedWaitsWhenItComesBack() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = pool()) {
      pool.acquire("a").close();
      pool.suspend();
      await()
          .until(
              () -> {
                kit.advance(ofSeconds(30));
                return pool.statsByKey().isEmpty();
              });
      var waiting = acquireInBackground(pool, "a");
      assertThat(waiting.isDone()).isFalse();
      pool.resume();
      waiting.result().close();
    }
  }
}
