package dev.weir.metrics;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.metrics.MeterNames.PoolMeter;
import dev.weir.pool.AcquireTimeoutException;
import dev.weir.pool.EndpointDownException;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolEvent;
import dev.weir.pool.PoolListener;
import dev.weir.pool.PoolStats.Times;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.search.RequiredSearch;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PoolMetersTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicLong time = new AtomicLong();
  private final PoolMeters meters = new PoolMeters("search", MeterNames.GENERIC, time::get);

  private RequiredSearch meter(PoolMeter meter, String... tags) {
    return registry.get(MeterNames.GENERIC.of(meter)).tags(tags);
  }

  private double gauge(PoolMeter meter, String... tags) {
    return meter(meter, tags).gauge().value();
  }

  private void nextScrape() {
    time.addAndGet(Snapshots.SHOWN.toNanos());
  }

  private Pool<FakeConnection> poolOf(int max) {
    meters.bindTo(registry);
    Pool<FakeConnection> pool = kit.pool(factory).max(max).listener(meters).build();
    meters.watch(pool);
    return pool;
  }

  @Test
  void theMetersShowWhatTheStatisticsSay() throws Exception {
    try (Pool<FakeConnection> pool = poolOf(3)) {
      Lease<FakeConnection> held = pool.acquire();
      Lease<FakeConnection> other = pool.acquire();
      kit.advance(ofMillis(80));
      other.close();
      await().until(() -> pool.stats().opening() == 0);
      nextScrape();
      assertThat(gauge(PoolMeter.COUNT, "state", "used")).isEqualTo(1);
      assertThat(gauge(PoolMeter.COUNT, "state", "idle")).isEqualTo(1);
      assertThat(gauge(PoolMeter.MAX, "pool", "search")).isEqualTo(3);
      assertThat(gauge(PoolMeter.IDLE_MAX)).isEqualTo(3);
      assertThat(gauge(PoolMeter.IDLE_MIN)).isZero();
      assertThat(gauge(PoolMeter.PENDING_REQUESTS)).isZero();
      assertThat(gauge(PoolMeter.OPENING)).isZero();
      assertThat(meter(PoolMeter.OPENED).functionCounter().count()).isEqualTo(2);
      assertThat(meter(PoolMeter.WAIT_TIME).functionTimer().count()).isEqualTo(2);
      assertThat(meter(PoolMeter.USE_TIME).functionTimer().count()).isEqualTo(1);
      assertThat(meter(PoolMeter.USE_TIME).functionTimer().totalTime(MILLISECONDS)).isEqualTo(80);
      assertThat(
              meter(PoolMeter.USE_TIME_QUANTILE)
                  .tag("quantile", "0.99")
                  .timeGauge()
                  .value(MILLISECONDS))
          .isEqualTo(80);
      held.close();
    }
  }

  @Test
  void acquiresThatEndWithoutALeaseAreCounted() throws Exception {
    try (Pool<FakeConnection> pool = poolOf(1);
        Lease<FakeConnection> held = pool.acquire()) {
      var waiting = kit.acquireInBackground(pool, ofMillis(100));
      nextScrape();
      assertThat(gauge(PoolMeter.PENDING_REQUESTS)).isEqualTo(1);
      kit.advance(ofMillis(100));
      waiting.failure(AcquireTimeoutException.class);
      nextScrape();
      assertThat(gauge(PoolMeter.PENDING_REQUESTS)).isZero();
      assertThat(meter(PoolMeter.TIMEOUTS).functionCounter().count()).isEqualTo(1);
      assertThat(meter(PoolMeter.ACQUIRE_FAILURES).functionCounter().count()).isEqualTo(1);
      assertThat(meter(PoolMeter.EXHAUSTIONS).counter().count()).isEqualTo(1);
      assertThat(held.connection().isClosed()).isFalse();
    }
  }

  @Test
  void anEndpointIsShownAsDownWhileItsBreakerIsOpen() throws Exception {
    meters.bindTo(registry);
    try (Pool<FakeConnection> pool = kit.pool(factory).breakerThreshold(1).build()) {
      meters.watch(pool);
      assertThat(gauge(PoolMeter.ENDPOINTS_DOWN)).isZero();
      factory.nextOpens(FakeFactory.refused());
      kit.acquireInBackground(pool, ofMillis(100)).failure(EndpointDownException.class);
      nextScrape();
      assertThat(gauge(PoolMeter.ENDPOINTS_DOWN)).isEqualTo(1);
      await().until(() -> pool.stats().opening() == 0);
      kit.advance(ofSeconds(5)); // the longest that the pause before a probe can be
      kit.awaitIdle(pool, 1);
      nextScrape();
      assertThat(gauge(PoolMeter.ENDPOINTS_DOWN)).isZero();
    }
  }

  @Test
  void openingIsTimedAndRetirementCountedByReason() throws Exception {
    try (Pool<FakeConnection> pool = poolOf(1)) {
      factory.nextOpens(() -> kit.advance(ofMillis(30)));
      pool.acquire().invalidate(null);
      await().until(() -> meter(PoolMeter.RETIRED, "reason", "invalidated").counter().count() == 1);
      assertThat(meter(PoolMeter.CREATE_TIME).timer().count()).isEqualTo(1);
      assertThat(meter(PoolMeter.CREATE_TIME).timer().totalTime(MILLISECONDS)).isEqualTo(30);
      assertThat(meter(PoolMeter.RETIRED, "reason", "check-failed").counter().count()).isZero();
    }
  }

  @Test
  void openingsOfTheEndpointsBreakerAreCountedAndThoseOfConnectionsAreNot() {
    meters.bindTo(registry);
    IOException cause = new IOException("connection refused");
    meters.onEvent(new PoolEvent.BreakerOpened("search", null, cause));
    meters.onEvent(new PoolEvent.BreakerOpened("search", 7L, cause));
    assertThat(meter(PoolMeter.BREAKER_OPENINGS).counter().count()).isEqualTo(1);
    meters.onEvent(new PoolEvent.BreakerClosed("search", null, cause, ofMillis(80)));
    meters.onEvent(new PoolEvent.BreakerOpened("search", null, cause));
    assertThat(meter(PoolMeter.BREAKER_OPENINGS).counter().count()).isEqualTo(2);
  }

  @Test
  void aSlowHolderIsCountedAsASuspectedLeakAndAsItsEnd() throws Exception {
    meters.bindTo(registry);
    try (Pool<FakeConnection> pool =
        kit.pool(factory).leakThreshold(ofSeconds(30)).listener(meters).build()) {
      Lease<FakeConnection> slow = pool.acquire();
      kit.advance(ofSeconds(31));
      await().until(() -> meter(PoolMeter.LEAKS_SUSPECTED).counter().count() == 1);
      assertThat(meter(PoolMeter.LEAKS_ENDED).counter().count()).isZero();
      slow.close();
      await().until(() -> meter(PoolMeter.LEAKS_ENDED).counter().count() == 1);
      assertThat(meter(PoolMeter.LEAKS_SUSPECTED).counter().count()).isEqualTo(1);
    }
  }

  @Test
  void aReclaimedLeakIsCountedAsSuspectedAndAsARetiredConnection() throws Exception {
    meters.bindTo(registry);
    try (Pool<FakeConnection> pool =
        kit.pool(factory).leakThreshold(ofSeconds(30)).leakReclaim(true).listener(meters).build()) {
      Lease<FakeConnection> stuck = pool.acquire();
      kit.advance(ofSeconds(31));
      await().until(() -> meter(PoolMeter.RETIRED, "reason", "leaked").counter().count() == 1);
      await().until(() -> meter(PoolMeter.LEAKS_SUSPECTED).counter().count() == 1);
      stuck.close();
    }
  }

  @Test
  void oneScrapeReadsTheStatisticsOnce() {
    AtomicInteger looks = new AtomicInteger();
    Snapshots<Integer> snapshots = new Snapshots<>(looks::incrementAndGet, time::get);
    assertThat(snapshots.get()).isEqualTo(1);
    time.addAndGet(Snapshots.SHOWN.toNanos() - 1);
    assertThat(snapshots.get()).isEqualTo(1);
    time.addAndGet(1);
    assertThat(snapshots.get()).isEqualTo(2);
  }

  @Test
  void theMetersOfOneScrapeAddUpWhileThePoolIsAtWork() throws Exception {
    try (Pool<FakeConnection> pool = poolOf(1)) {
      pool.acquire().close();
      nextScrape();
      assertThat(gauge(PoolMeter.COUNT, "state", "idle")).isEqualTo(1);
      Lease<FakeConnection> held = pool.acquire();
      assertThat(gauge(PoolMeter.COUNT, "state", "used")).as("of the same moment").isZero();
      nextScrape();
      assertThat(gauge(PoolMeter.COUNT, "state", "used")).isEqualTo(1);
      held.close();
    }
  }

  @Test
  void closingRemovesEveryMeterFromEveryRegistry() {
    SimpleMeterRegistry second = new SimpleMeterRegistry();
    try (Pool<FakeConnection> pool = poolOf(1)) {
      meters.bindTo(second);
      assertThat(registry.getMeters()).hasSameSizeAs(second.getMeters()).isNotEmpty();
      meters.close();
      assertThat(registry.getMeters()).isEmpty();
      assertThat(second.getMeters()).isEmpty();
      meters.close();
      meters.bindTo(registry);
      assertThat(registry.getMeters()).as("closed for good").isEmpty();
      assertThat(pool.isHealthy()).isTrue();
    }
  }

  @Test
  void metersBoundTwiceCountOnce() throws Exception {
    try (Pool<FakeConnection> pool = poolOf(1)) {
      meters.bindTo(registry);
      pool.acquire().close();
      assertThat(meter(PoolMeter.CREATE_TIME).timer().count()).isEqualTo(1);
    }
  }

  @Test
  void metersOfOnePoolWatchNoOther() {
    try (Pool<FakeConnection> pool = poolOf(1)) {
      assertThatThrownBy(() -> meters.watch(pool))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the meters of pool \"search\" watch one already");
    }
  }

  @Test
  void aPoolWhoseMetersNobodyClosedIsNotKeptAndItsMetersGoWithTheNextScrape() {
    WeakReference<Pool<FakeConnection>> forgotten = aPoolClosedWithoutItsMeters();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              System.gc();
              return forgotten.get() == null;
            });
    nextScrape();
    List<Meter> before = new ArrayList<>(registry.getMeters());
    assertThat(before).isNotEmpty();
    before.forEach(meter -> meter.measure().forEach(measurement -> measurement.getValue()));
    assertThat(registry.getMeters()).isEmpty();
  }

  private WeakReference<Pool<FakeConnection>> aPoolClosedWithoutItsMeters() {
    meters.bindTo(registry);
    // On the system's clock: nothing of the kit shall hold it.
    Pool<FakeConnection> pool = Pool.builder(factory).name("search").min(0).build();
    meters.watch(pool);
    pool.close();
    return new WeakReference<>(pool);
  }

  @Test
  void aRegistryKeepsTheMetersThatNobodyElseKeeps() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      WeakReference<PoolMeters> meters = metersOfAHiddenPool(pool);
      for (int i = 0; i < 3; i++) {
        System.gc();
      }
      Lease<FakeConnection> lease = pool.acquire();
      kit.advance(ofMillis(80));
      lease.close();
      assertThat(meter(PoolMeter.OPENED).functionCounter().count()).isEqualTo(1);
      assertThat(meter(PoolMeter.USE_TIME).functionTimer().count()).isEqualTo(1);
      assertThat(meter(PoolMeter.USE_TIME).functionTimer().totalTime(MILLISECONDS)).isEqualTo(80);
      assertThat(meters).isNotNull();
    }
  }

  private WeakReference<PoolMeters> metersOfAHiddenPool(Pool<FakeConnection> pool) {
    PoolMeters meters = PoolMeters.of("hidden");
    meters.bindTo(registry);
    meters.watch(pool::stats);
    return new WeakReference<>(meters);
  }

  @Test
  void metersThatEventsFeedAreThereOnlyIfThereAreEvents() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      meters.bindTo(registry);
      meters.watch(pool);
      pool.acquire().close();
      assertThat(registry.find(MeterNames.GENERIC.of(PoolMeter.CREATE_TIME)).timer()).isNull();
      assertThat(registry.find(MeterNames.GENERIC.of(PoolMeter.RETIRED)).counters()).isEmpty();
    }
  }

  @Test
  void aTotalNeverShrinksThoughTheMeanIsCut() {
    List<Times> looks = List.of(times(10, 10), times(11, 9), times(30, 9), times(2, 4));
    AtomicInteger look = new AtomicInteger();
    TotalTime total = new TotalTime(() -> looks.get(look.getAndIncrement()));
    assertThat(total.nanos()).isEqualTo(100);
    assertThat(total.nanos()).as("not 99").isEqualTo(100);
    assertThat(total.nanos()).isEqualTo(270);
    assertThat(total.nanos()).as("a new pool behind the same name").isEqualTo(8);
  }

  @Test
  void theMetersShareAPoolWithListenersThatThrow() throws Exception {
    meters.bindTo(registry);
    PoolListener hostile =
        event -> {
          throw new AssertionError("a listener's own fault");
        };
    try (Pool<FakeConnection> pool =
        kit.pool(factory).listener(PoolListener.of(hostile, meters, hostile)).build()) {
      pool.acquire().close();
      assertThat(meter(PoolMeter.CREATE_TIME).timer().count()).isEqualTo(1);
    }
  }

  @Test
  void theMetersDoNotMakeThePoolTellOfEveryLease() {
    assertThat(meters.wantsEveryLease()).isFalse();
  }

  private static Times times(long count, long meanNanos) {
    Duration mean = Duration.ofNanos(meanNanos);
    return new Times(count, mean, mean, mean, mean, mean);
  }
}
