package dev.weir.metrics;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.EndpointDownException;
import dev.weir.pool.KeyedPool;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.time.Duration;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PoolBeansTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();
  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

  @AfterEach
  void nothingIsLeftRegistered() throws Exception {
    assertThat(server.queryNames(new ObjectName("dev.weir.pool:*"), null)).isEmpty();
  }

  @Test
  void aConsoleReadsTheNumbersAndTheConnections() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(3).build()) {
      Lease<FakeConnection> held = pool.acquire();
      Lease<FakeConnection> other = pool.acquire();
      kit.advance(ofMillis(80));
      other.close();
      try (PoolBeans beans = PoolBeans.register(pool)) {
        PoolMXBean bean = JMX.newMXBeanProxy(server, beans.name(), PoolMXBean.class);
        assertThat(bean.getName()).isEqualTo("search");
        assertThat(bean.isHealthy()).isTrue();
        assertThat(bean.getActive()).isEqualTo(1);
        assertThat(bean.getIdle()).isEqualTo(1);
        assertThat(bean.getMaxSize()).isEqualTo(3);
        assertThat(bean.getEndpointsDown()).isZero();
        assertThat(bean.getCreated()).isEqualTo(2);
        assertThat(bean.getReleased()).isEqualTo(1);
        assertThat(bean.getHoldTime().getMax()).isEqualTo(80);
        assertThat(bean.getUtilisation()).isBetween(0.33, 0.34);
        assertThat(bean.listConnections())
            .extracting(PoolNumbers.Connection::getState)
            .containsExactlyInAnyOrder("idle", "leased");
        assertThat(bean.listConnections())
            .allSatisfy(row -> assertThat(row.getAttributes()).containsKey("number"))
            .allSatisfy(row -> assertThat(row.getKey()).isNull());
      }
      held.close();
    }
  }

  @Test
  void aConsoleNeedsNoClassOfOurs() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build();
        PoolBeans beans = PoolBeans.register(pool)) {
      pool.acquire().close();
      assertThat(server.getAttribute(beans.name(), "AcquireTime"))
          .isInstanceOf(CompositeData.class);
      assertThat(server.invoke(beans.name(), "listConnections", null, null))
          .isInstanceOf(CompositeData[].class);
    }
  }

  @Test
  void anOperatorResizesThePoolAndIsToldWhyNot() {
    try (Pool<FakeConnection> pool = kit.pool(factory).max(3).build();
        PoolBeans beans = PoolBeans.register(pool)) {
      PoolMXBean bean = JMX.newMXBeanProxy(server, beans.name(), PoolMXBean.class);
      bean.resize(1, 7);
      assertThat(pool.stats().maxSize()).isEqualTo(7);
      assertThatThrownBy(() -> bean.resize(8, 7))
          .isExactlyInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("min");
    }
  }

  @Test
  void anOperatorSuspendsResumesAndEvicts() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build();
        PoolBeans beans = PoolBeans.register(pool)) {
      PoolMXBean bean = JMX.newMXBeanProxy(server, beans.name(), PoolMXBean.class);
      pool.acquire().close();
      bean.evictAll();
      await().until(() -> factory.opened(0).isClosed());
      bean.suspend();
      var waiting = kit.acquireInBackground(pool, Duration.ofSeconds(5));
      assertThat(waiting.isDone()).isFalse();
      bean.resume();
      waiting.result().close();
    }
  }

  @Test
  void aConsoleSeesThatTheEndpointIsDown() {
    try (Pool<FakeConnection> pool = kit.pool(FakeFactory.failing()).breakerThreshold(1).build();
        PoolBeans beans = PoolBeans.register(pool)) {
      PoolMXBean bean = JMX.newMXBeanProxy(server, beans.name(), PoolMXBean.class);
      kit.acquireInBackground(pool, ofMillis(100)).failure(EndpointDownException.class);
      assertThat(bean.getEndpointsDown()).isEqualTo(1);
      assertThat(bean.isHealthy()).isFalse();
    }
  }

  @Test
  void aNameMayHoldWhatObjectNamesReserve() throws Exception {
    String name = "a \"b\",c=d:*?\\\nnext";
    try (Pool<FakeConnection> pool = kit.pool(factory).name(name).build();
        PoolBeans beans = PoolBeans.register(pool)) {
      assertThat(server.getAttribute(beans.name(), "Name")).isEqualTo(name);
      assertThat(ObjectName.unquote(beans.name().getKeyProperty("name"))).isEqualTo(name);
    }
  }

  @Test
  void twoPoolsOfOneNameAreRefusedAndTheFirstStays() throws Exception {
    try (Pool<FakeConnection> first = kit.pool(factory).max(1).build();
        Pool<FakeConnection> second = kit.pool(factory).max(2).build();
        PoolBeans beans = PoolBeans.register(first)) {
      assertThatThrownBy(() -> PoolBeans.register(second))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("registered already");
      assertThat(server.getAttribute(beans.name(), "MaxSize")).isEqualTo(1);
    }
  }

  @Test
  void aBeanThatWasClosedCanBeRegisteredAgainAndClosingTwiceTakesNoOther() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      PoolBeans first = PoolBeans.register(pool);
      first.close();
      try (PoolBeans second = PoolBeans.register(pool)) {
        first.close();
        assertThat(server.isRegistered(second.name())).isTrue();
      }
    }
  }

  @Test
  void aBeanThatNobodyClosedKeepsNoPoolAndMakesWayForTheNextOfItsName() {
    WeakReference<Pool<FakeConnection>> forgotten = aPoolClosedWithoutItsBean();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              System.gc();
              return forgotten.get() == null;
            });
    try (Pool<FakeConnection> pool = kit.pool(factory).build();
        PoolBeans beans = PoolBeans.register(pool)) {
      assertThat(server.isRegistered(beans.name())).isTrue();
    }
  }

  private WeakReference<Pool<FakeConnection>> aPoolClosedWithoutItsBean() {
    Pool<FakeConnection> pool = Pool.builder(factory).name("search").min(0).build();
    PoolBeans unused = PoolBeans.register(pool);
    pool.close();
    return new WeakReference<>(pool);
  }

  @Test
  void aKeyedPoolShowsAllKeysTogetherAndNamesNone() throws Exception {
    try (KeyedPool<String, FakeConnection> pool =
            kit.<String, FakeConnection>keyed(key -> factory).build();
        PoolBeans beans = PoolBeans.register(pool)) {
      pool.acquire("s3cret").close();
      pool.acquire("another").close();
      KeyedPoolMXBean bean = JMX.newMXBeanProxy(server, beans.name(), KeyedPoolMXBean.class);
      assertThat(beans.name().toString()).contains("type=KeyedPool");
      assertThat(bean.getKeys()).isEqualTo(2);
      assertThat(bean.getIdle()).isEqualTo(2);
      assertThat(bean.listConnections())
          .hasSize(2)
          .allSatisfy(row -> assertThat(row.getKey()).isNull());
    }
  }

  @Test
  void anOperatorSuspendsResumesAndEvictsAllKeysOfAKeyedPool() throws Exception {
    try (KeyedPool<String, FakeConnection> pool =
            kit.<String, FakeConnection>keyed(key -> factory).build();
        PoolBeans beans = PoolBeans.register(pool)) {
      KeyedPoolMXBean bean = JMX.newMXBeanProxy(server, beans.name(), KeyedPoolMXBean.class);
      pool.acquire("a").close();
      bean.evictAll();
      await().until(() -> factory.opened(0).isClosed());
      bean.suspend();
      var waiting = pool.acquireAsync("b").toCompletableFuture();
      assertThat(waiting).isNotDone();
      bean.resume();
      assertThat(waiting).succeedsWithin(Duration.ofSeconds(60));
    }
  }

  @Test
  void keysAreListedByTheLabelsThatTheyWereGiven() throws Exception {
    try (KeyedPool<String, FakeConnection> pool =
            kit.<String, FakeConnection>keyed(key -> factory).build();
        PoolBeans beans = PoolBeans.register(pool, server, key -> key.substring(0, 1))) {
      pool.acquire("a-token").close();
      KeyedPoolMXBean bean = JMX.newMXBeanProxy(server, beans.name(), KeyedPoolMXBean.class);
      assertThat(bean.listConnections())
          .extracting(PoolNumbers.Connection::getKey)
          .containsExactly("a");
    }
  }
}
