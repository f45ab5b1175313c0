package dev.weir.pool;

import static java.time.Duration.ZERO;
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
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** P1: the bounds, and changing them while the pool runs. */
class BoundsTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();

  @Test
  void aPoolHasTenConnectionsAtMostUnlessToldOtherwise() {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      for (int i = 0; i < 10; i++) {
        kit.acquireInBackground(pool, ofSeconds(5)).result();
      }
      assertThatThrownBy(() -> pool.acquire(ZERO)).isInstanceOf(AcquireTimeoutException.class);
      assertThat(factory.mostOpen()).isEqualTo(10);
    }
  }

  @Test
  void aPoolGrowsToAThousandAndShrinksToTenWithoutDroppingALease() {
    try (Pool<FakeConnection> pool = kit.pool(factory).openParallelism(16).build()) {
      pool.resize(2, 1_000);
      List<Lease<FakeConnection>> leases = new ArrayList<>();
      List<java.util.concurrent.CompletableFuture<Lease<FakeConnection>>> coming =
          new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        coming.add(pool.acquireAsync().toCompletableFuture());
      }
      coming.forEach(lease -> leases.add(lease.join()));
      assertThat(pool.stats().active()).isEqualTo(1_000);

      pool.resize(2, 10);
      assertThat(pool.stats().active()).isEqualTo(1_000);
      assertThat(leases).noneMatch(lease -> lease.connection().isClosed());
      assertThat(pool.options().max()).isEqualTo(10);

      leases.forEach(Lease::close);
      await().until(() -> factory.stillOpen() == 10 && pool.stats().size() == 10);
      assertThat(factory.mostOpen()).isEqualTo(1_000);
      assertThat(pool.stats().idle()).isEqualTo(10);
    }
  }

  @Test
  void connectionsThatComeBackTogetherAreClosedDownToMaxAndNoFurther() throws Exception {
    for (int round = 0; round < 100; round++) {
      try (Pool<FakeConnection> pool = kit.pool(FakeFactory.opensAtOnce()).min(0).build()) {
        List<Lease<FakeConnection>> leases = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
          leases.add(pool.acquire());
        }
        pool.resize(0, 5);
        CountDownLatch go = new CountDownLatch(1);
        List<Background<Object>> closing = new ArrayList<>();
        for (List<Lease<FakeConnection>> half :
            List.of(leases.subList(0, 5), leases.subList(5, 10))) {
          closing.add(
              Background.start(
                  () -> {
                    go.await();
                    half.forEach(Lease::close);
                    return half;
                  }));
        }
        go.countDown();
        closing.forEach(Background::result);
        await().until(() -> pool.stats().size() <= 5);
        assertThat(pool.stats().idle()).isEqualTo(5);
      }
    }
  }

  @Test
  void shrinkingClosesIdleConnectionsAtOnce() {
    try (Pool<FakeConnection> pool = kit.pool(factory).min(8).build()) {
      kit.awaitIdle(pool, 8);
      pool.resize(1, 3);
      await().until(() -> factory.stillOpen() == 3);
      assertThat(pool.stats().size()).isLessThanOrEqualTo(3);
    }
  }

  @Test
  void growingTheMinimumOpensConnectionsAtOnce() {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      pool.resize(5, 10);
      kit.awaitIdle(pool, 5);
    }
  }

  @Test
  void impossibleBoundsAreRefusedAndChangeNothing() {
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      assertThatThrownBy(() -> pool.resize(11, 10))
          .isInstanceOf(InvalidOptionException.class)
          .hasMessage("min: 11 is not possible; expected at most max, which is 10");
      assertThat(pool.options().max()).isEqualTo(10);
    }
  }

  @Test
  void aConnectionBeingClosedKeepsItsPlaceSoThatTheOtherSideNeverSeesMoreThanMax()
      throws Exception {
    CountDownLatch closing = new CountDownLatch(1);
    factory.onClose(closing::await);
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      pool.acquire().invalidate(null);
      var next = kit.acquireInBackground(pool, ofSeconds(5));
      assertThat(next.isDone()).isFalse();
      closing.countDown();
      next.result();
      assertThat(factory.mostOpen()).isEqualTo(1);
    }
  }

  @Test
  void aCloseThatHangsGivesItsPlaceUpAfterAWhile() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    factory.onClose(never::await);
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).closeTimeout(ofSeconds(1)).build()) {
      pool.acquire().invalidate(null);
      var next = kit.acquireInBackground(pool, ofSeconds(5));
      kit.advance(ofSeconds(1));
      assertThat(next.result().connection().number).isEqualTo(1);
      never.countDown();
    }
  }
}
