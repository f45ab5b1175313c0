package dev.weir.pool;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** P1, P14: the bounds of all keys change while the pool runs. */
class KeyedResizeTest {
  private final PoolKit kit = new PoolKit();
  private final Map<String, FakeFactory> factories = new ConcurrentHashMap<>();

  private FakeFactory factory(String key) {
    return factories.computeIfAbsent(key, k -> FakeFactory.opensAtOnce());
  }

  private KeyedPool<String, FakeConnection> pool(int max, int maxTotal) {
    return kit.<String, FakeConnection>keyed(this::factory)
        .maxTotal(maxTotal)
        .each(each -> each.max(max))
        .build();
  }

  private static int maxOf(KeyedPool<String, ?> pool, String key) {
    return Objects.requireNonNull(pool.statsByKey().get(key)).maxSize();
  }

  @Test
  void aCallerThatWaitsIsServedWhenItsKeyMayHaveMore() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = pool(1, 1);
        Lease<FakeConnection> first = pool.acquire("a")) {
      var other =
          Background.start(() -> pool.acquire("a", ofSeconds(5))).untilParkedOn(kit.clock());
      pool.resize(0, 2, 2);
      try (Lease<FakeConnection> second = other.result()) {
        assertThat(second.connection()).isNotSameAs(first.connection());
      }
      assertThat(pool.stats().maxSize()).isEqualTo(2);
    }
  }

  @Test
  void aKeyOfWhichNobodyHasHeardYetHasTheBoundsToo() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = pool(1, 9)) {
      pool.resize(0, 3, 9);
      pool.acquire("new").close();
      assertThat(maxOf(pool, "new")).isEqualTo(3);
    }
  }

  @Test
  void aPoolThatIsBeingMadeWhenAllAreResizedHasTheBoundsToo() throws Exception {
    AtomicReference<KeyedPool<String, FakeConnection>> self = new AtomicReference<>();
    try (KeyedPool<String, FakeConnection> pool =
        kit.<String, FakeConnection>keyed(
                key -> {
                  Objects.requireNonNull(self.get()).resize(0, 4, 9); // which cannot see it yet
                  return factory(key);
                })
            .maxTotal(9)
            .each(each -> each.max(1))
            .build()) {
      self.set(pool);
      pool.acquire("a").close();
      assertThat(maxOf(pool, "a")).isEqualTo(4);
    }
  }

  @Test
  void fewerAreLentFromThenOnAndNoLeaseIsCutShort() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = pool(3, 6)) {
      List<Lease<FakeConnection>> leases = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        leases.add(pool.acquire("a"));
      }
      pool.resize(0, 1, 2);
      assertThat(factory("a").stillOpen()).isEqualTo(3);
      leases.forEach(Lease::close);
      try (Lease<FakeConnection> one = pool.acquire("a");
          Lease<FakeConnection> other = pool.acquire("b")) {
        assertThat(one.connection()).isNotSameAs(other.connection());
        assertThatThrownBy(() -> pool.acquire("a", ZERO)).isInstanceOf(PoolException.class);
        assertThatThrownBy(() -> pool.acquire("c", ZERO)).isInstanceOf(PoolException.class);
      }
    }
  }

  @Test
  void ofTwoWhoResizeAtOnceTheSameOneIsLastForEveryKey() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = pool(1, 100)) {
      List<String> keys = List.of("a", "b", "c", "d");
      for (String key : keys) {
        pool.acquire(key).close();
      }
      for (int round = 0; round < 50; round++) {
        var two = Background.start(() -> resized(pool, 2));
        var three = Background.start(() -> resized(pool, 3));
        two.result();
        three.result();
        assertThat(keys.stream().map(key -> maxOf(pool, key)).distinct()).hasSize(1);
      }
    }
  }

  private static int resized(KeyedPool<String, ?> pool, int max) {
    pool.resize(0, max, 100);
    return max;
  }

  @Test
  void boundsThatCannotBeAreRefusedAndChangeNothing() throws Exception {
    try (KeyedPool<String, FakeConnection> pool = pool(2, 4)) {
      pool.acquire("a").close();
      assertThatThrownBy(() -> pool.resize(3, 2, 4)).isInstanceOf(InvalidOptionException.class);
      assertThatThrownBy(() -> pool.resize(0, 2, 0)).isInstanceOf(InvalidOptionException.class);
      assertThat(maxOf(pool, "a")).isEqualTo(2);
      assertThat(pool.stats().maxSize()).isEqualTo(4);
    }
  }
}
