package dev.weir.pool;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.PoolKit;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** P11: a key prefers the connection that it used last. */
class AffinityTest {
  private final PoolKit kit = new PoolKit();

  private static Object use(Pool<Object> pool, String key) throws InterruptedException {
    try (Lease<Object> lease = pool.acquire(key)) {
      return lease.connection();
    }
  }

  /** One connection for each of the keys, all idle. */
  private static List<Object> bind(Pool<Object> pool, String... keys) throws InterruptedException {
    List<Lease<Object>> leases = new ArrayList<>();
    for (String key : keys) {
      leases.add(pool.acquire(key));
    }
    List<Object> connections = new ArrayList<>();
    for (Lease<Object> lease : leases) {
      connections.add(lease.connection());
      lease.close();
    }
    return connections;
  }

  @Test
  void aKeyGetsTheConnectionThatItUsedLast() throws Exception {
    try (Pool<Object> pool = kit.pool(Object::new).max(3).build()) {
      List<Object> own = bind(pool, "a", "b", "c");
      for (int round = 0; round < 3; round++) {
        assertThat(use(pool, "a")).isSameAs(own.get(0));
        assertThat(use(pool, "b")).isSameAs(own.get(1));
        assertThat(use(pool, "c")).isSameAs(own.get(2));
      }
      assertThat(pool.acquireAsync("b", ofSeconds(1)).toCompletableFuture().get().connection())
          .isSameAs(own.get(1));
    }
  }

  @Test
  void aKeyWhoseConnectionIsTakenGetsAnotherAndStaysWithThat() throws Exception {
    try (Pool<Object> pool = kit.pool(Object::new).max(2).build()) {
      List<Object> own = bind(pool, "a", "b");
      Lease<Object> taken = pool.acquire("a");
      assertThat(use(pool, "a")).isSameAs(own.get(1));
      taken.close();
      assertThat(use(pool, "a")).isSameAs(own.get(1));
    }
  }

  @Test
  void aKeyThatMayWaitGetsItsOwnConnectionWhenItComesBackInTime() throws Exception {
    try (Pool<Object> pool = kit.pool(Object::new).max(2).affinityWait(ofMillis(200)).build()) {
      List<Object> own = bind(pool, "a", "b");
      Lease<Object> taken = pool.acquire("a");
      var waiting = Background.start(() -> pool.acquire("a")).untilParkedOn(kit.clock());
      assertThat(waiting.isDone()).isFalse();
      assertThat(pool.stats().pending()).isEqualTo(1);
      taken.close();
      assertThat(waiting.result().connection()).isSameAs(own.get(0));
      CompletableFuture<Lease<Object>> async =
          pool.acquireAsync("a", ofSeconds(5)).toCompletableFuture();
      assertThat(async).isNotDone();
      waiting.result().close();
      assertThat(async).succeedsWithin(ofSeconds(60));
      assertThat(async.get().connection()).isSameAs(own.get(0));
    }
  }

  @Test
  void aKeyThatMayWaitFallsBackWhenItsTimeIsUp() throws Exception {
    try (Pool<Object> pool = kit.pool(Object::new).max(2).affinityWait(ofMillis(200)).build()) {
      List<Object> own = bind(pool, "a", "b");
      Lease<Object> taken = pool.acquire("a");
      var waiting = Background.start(() -> pool.acquire("a")).untilParkedOn(kit.clock());
      kit.advance(ofMillis(200));
      Lease<Object> fallback = waiting.result();
      assertThat(fallback.connection()).isSameAs(own.get(1));
      fallback.close();
      taken.close();
    }
  }

  @Test
  void aCallerThatWaitedForItsOwnInVainIsToldOfWithTheTimeThatItWaited() throws Exception {
    Queue<PoolEvent> heard = new ConcurrentLinkedQueue<>();
    try (Pool<Object> pool =
        kit.pool(Object::new).max(2).affinityWait(ofMillis(200)).listener(heard::add).build()) {
      bind(pool, "a", "b");
      Lease<Object> taken = pool.acquire("a");
      var waiting = Background.start(() -> pool.acquire("a")).untilParkedOn(kit.clock());
      kit.advance(ofMillis(200));
      Lease<Object> fallback = waiting.result();
      assertThat(heard).contains(new PoolEvent.Acquired("search", 2, ofMillis(200)));
      assertThat(pool.stats().acquireTime().max()).isEqualTo(ofMillis(200));
      CompletableFuture<Lease<Object>> async =
          pool.acquireAsync("a", ofSeconds(5)).toCompletableFuture();
      taken.close();
      kit.advance(ofMillis(200));
      assertThat(async).succeedsWithin(ofSeconds(60));
      assertThat(heard).contains(new PoolEvent.Acquired("search", 1, ofMillis(200)));
      async.get().close();
      fallback.close();
    }
  }

  @Test
  void anAsynchronousCallerWithAKeyFallsBackWhenItsTimeIsUp() throws Exception {
    try (Pool<Object> pool = kit.pool(Object::new).max(2).affinityWait(ofMillis(200)).build()) {
      List<Object> own = bind(pool, "a", "b");
      Lease<Object> taken = pool.acquire("a");
      CompletableFuture<Lease<Object>> async =
          pool.acquireAsync("a", ofSeconds(5)).toCompletableFuture();
      assertThat(async).isNotDone();
      kit.advance(ofMillis(200));
      assertThat(async).succeedsWithin(ofSeconds(60));
      assertThat(async.get().connection()).isSameAs(own.get(1));
      taken.close();
    }
  }

  @Test
  void aKeyWhoseConnectionIsGoneGetsAnother() throws Exception {
    try (Pool<Object> pool = kit.pool(Object::new).max(2).affinityWait(ofSeconds(4)).build()) {
      List<Object> own = bind(pool, "a", "b");
      pool.acquire("a").invalidate(null);
      await().until(() -> pool.stats().size() == 1);
      assertThat(use(pool, "a")).isNotSameAs(own.get(0));
    }
  }

  @Test
  void aWaitForOnesOwnConnectionEndsWhenThatIsClosed() throws Exception {
    try (Pool<Object> pool = kit.pool(Object::new).max(2).affinityWait(ofSeconds(4)).build()) {
      List<Object> own = bind(pool, "a", "b");
      Lease<Object> taken = pool.acquire("a");
      var waiting = Background.start(() -> pool.acquire("a")).untilParkedOn(kit.clock());
      taken.invalidate(null);
      assertThat(waiting.result().connection()).isSameAs(own.get(1));
    }
  }

  @Test
  void aWaitForOnesOwnConnectionEndsWithThePool() throws Exception {
    Pool<Object> pool = kit.pool(Object::new).max(2).affinityWait(ofSeconds(4)).build();
    bind(pool, "a", "b");
    Lease<Object> taken = pool.acquire("a");
    var waiting = Background.start(() -> pool.acquire("a")).untilParkedOn(kit.clock());
    var async = pool.acquireAsync("a", ofSeconds(5)).toCompletableFuture();
    pool.close();
    waiting.failure(PoolClosedException.class);
    assertThat(async).failsWithin(ofSeconds(60));
    taken.close();
  }
}
