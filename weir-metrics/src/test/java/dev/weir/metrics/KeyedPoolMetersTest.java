package dev.weir.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.metrics.MeterNames.PoolMeter;
import dev.weir.metrics.PoolView.KeyCounts;
import dev.weir.pool.KeyedPool;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolStats;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class KeyedPoolMetersTest {
  private final PoolKit kit = new PoolKit();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicLong time = new AtomicLong();
  private final PoolMeters meters = new PoolMeters("origins", MeterNames.GENERIC, time::get);

  private KeyedPool<String, FakeConnection> pool() {
    meters.bindTo(registry);
    return kit.<String, FakeConnection>keyed(key -> FakeFactory.opensAtOnce())
        .keyIdleTimeout(Duration.ofMinutes(1))
        .listener(meters)
        .build();
  }

  /** Reads every meter, as a scrape does; twice, since a key shows from its second scrape on. */
  private void scrape() {
    for (int i = 0; i < 2; i++) {
      time.addAndGet(Snapshots.SHOWN.toNanos());
      registry.getMeters().forEach(meter -> meter.measure().forEach(one -> one.getValue()));
    }
  }

  private double used(String key) {
    return registry
        .get("weir.pool.connection.count")
        .tags("key", key, "state", "used")
        .gauge()
        .value();
  }

  private Set<String> keys() {
    Set<String> keys = new TreeSet<>();
    for (Gauge gauge : registry.find("weir.pool.connection.count").gauges()) {
      keys.add(String.valueOf(gauge.getId().getTag("key")));
    }
    return keys;
  }

  @Test
  void unlessAskedForNoMeterSaysAnythingOfAKey() throws Exception {
    try (var pool = pool()) {
      meters.watch(pool);
      pool.acquire("s3cret").invalidate(null);
      pool.acquire("s3cret").close();
      pool.acquire("other-s3cret").close();
      scrape();
      assertThat(registry.getMeters())
          .extracting(Meter::getId)
          .isNotEmpty()
          .noneMatch(id -> id.toString().contains("s3cret"));
      assertThat(registry.get("weir.pool.connection.count").tag("state", "idle").gauge().value())
          .isEqualTo(2);
      assertThat(registry.get("weir.pool.connection.create_time").timer().count()).isEqualTo(3);
      assertThat(registry.get("weir.pool.connection.max").gauge().value()).isEqualTo(200);
    }
  }

  @Test
  void keysAreToldApartByTheLabelsThatTheyWereGiven() throws Exception {
    try (var pool = pool()) {
      meters.watch(pool, 10, key -> "tenant " + key.charAt(0));
      try (Lease<FakeConnection> a1 = pool.acquire("a-token");
          Lease<FakeConnection> a2 = pool.acquire("a-token-too");
          Lease<FakeConnection> b = pool.acquire("b-token")) {
        scrape();
        assertThat(used("tenant a")).isEqualTo(2);
        assertThat(used("tenant b")).isEqualTo(1);
        assertThat(keys()).containsExactly("tenant a", "tenant b");
        assertThat(List.of(a1, a2, b)).doesNotHaveDuplicates();
      }
      scrape();
      assertThat(used("tenant a")).isZero();
    }
  }

  @Test
  void thereAreNeverMoreKeysThanAskedFor() throws Exception {
    try (var pool = pool()) {
      meters.watch(pool, 2, key -> key);
      for (int i = 0; i < 5; i++) {
        pool.acquire("key " + i).close();
        scrape();
      }
      assertThat(keys()).hasSize(3).contains("key 0", "key 1", "other");
      assertThat(
              registry
                  .get("weir.pool.connection.count")
                  .tags("key", "other", "state", "idle")
                  .gauge()
                  .value())
          .isEqualTo(3);
    }
  }

  @Test
  void theMetersOfAKeyGoWithItsPool() throws Exception {
    try (var pool = pool()) {
      meters.watch(pool, 10, key -> key);
      pool.acquire("quiet").close();
      scrape();
      assertThat(keys()).containsExactly("quiet");
      kit.advance(Duration.ofMinutes(2));
      org.awaitility.Awaitility.await().until(() -> pool.statsByKey().isEmpty());
      scrape();
      assertThat(keys()).isEmpty();
      meters.close();
      assertThat(registry.getMeters()).isEmpty();
    }
  }

  @Test
  void aLabelStaysWithItsKeysWhileTheyHaveAPool() throws Exception {
    KeyLabels<String> labels = new KeyLabels<>(key -> key, 2);
    assertThat(labels.counts(stats("b", "c", "d"))).containsOnlyKeys("b", "c", "other");
    assertThat(labels.counts(stats("a", "b", "c"))).containsOnlyKeys("b", "c", "other");
    assertThat(labels.counts(stats("a", "c"))).containsOnlyKeys("a", "c");
  }

  @Test
  void aKeyWithoutALabelCountsAsOther() throws Exception {
    KeyLabels<String> labels =
        new KeyLabels<>(
            key -> {
              if (key.equals("bad")) {
                throw new IllegalArgumentException("no such key");
              }
              return key.equals("none") ? null : key;
            },
            10);
    Map<String, KeyCounts> counts = labels.counts(stats("a", "bad", "none"));
    assertThat(counts).containsOnlyKeys("a", "other");
    assertThat(Objects.requireNonNull(counts.get("other")).idle()).isEqualTo(2);
  }

  @Test
  void aNameOfEachMeterHasAlwaysTheSameTags() throws Exception {
    try (var pool = pool()) {
      meters.watch(pool, 1, key -> key);
      pool.acquire("a").close();
      pool.acquire("b").close();
      scrape();
      for (PoolMeter meter : PoolMeter.values()) {
        assertThat(registry.find(MeterNames.GENERIC.of(meter)).meters())
            .isNotEmpty()
            .extracting(one -> one.getId().getTags().stream().map(Tag::getKey).toList())
            .as(meter.toString())
            .containsOnly(
                registry
                    .get(MeterNames.GENERIC.of(meter))
                    .meters()
                    .iterator()
                    .next()
                    .getId()
                    .getTags()
                    .stream()
                    .map(Tag::getKey)
                    .toList());
      }
    }
  }

  /** Each key has one idle connection. */
  private Map<String, PoolStats> stats(String... keys) throws Exception {
    Map<String, PoolStats> stats = new LinkedHashMap<>();
    try (Pool<FakeConnection> pool = kit.pool(FakeFactory.opensAtOnce()).build()) {
      pool.acquire().close();
      for (String key : keys) {
        stats.put(key, pool.stats());
      }
    }
    return stats;
  }
}
