package dev.weir.pool;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** P10: several leases of one connection at a time. */
class SharedLeasesTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();

  private PoolBuilder<FakeConnection> shared(int max, int leases) {
    return kit.pool(factory).max(max).maxLeasesPerConnection(leases);
  }

  private static List<Lease<FakeConnection>> acquire(Pool<FakeConnection> pool, int n)
      throws InterruptedException {
    List<Lease<FakeConnection>> leases = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      leases.add(pool.acquire());
    }
    return leases;
  }

  @Test
  void aConnectionIsLeasedUpToItsLimitBeforeAnotherIsOpened() throws Exception {
    try (Pool<FakeConnection> pool = shared(2, 3).build()) {
      List<Lease<FakeConnection>> leases = acquire(pool, 3);
      assertThat(factory.opened()).hasSize(1);
      assertThat(leases).allMatch(lease -> lease.connection() == factory.opened(0));
      leases.addAll(acquire(pool, 3));
      assertThat(factory.opened()).hasSize(2);
      var seventh = kit.acquireInBackground(pool, ofSeconds(5));
      assertThat(seventh.isDone()).isFalse();
      leases.get(1).close();
      assertThat(seventh.result().connection()).isSameAs(factory.opened(0));
      assertThat(pool.stats().acquired()).isEqualTo(7);
      assertThat(pool.stats().released()).isEqualTo(1);
    }
  }

  @Test
  void oneNewConnectionServesAsManyWaitersAsItCanCarry() throws Exception {
    FakeFactory slow = FakeFactory.opensWhenTold();
    try (Pool<FakeConnection> pool = kit.pool(slow).max(1).maxLeasesPerConnection(4).build()) {
      List<Background<Lease<FakeConnection>>> blocking = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        blocking.add(kit.acquireInBackground(pool, ofSeconds(5)));
      }
      List<CompletableFuture<Lease<FakeConnection>>> async = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        async.add(pool.acquireAsync().toCompletableFuture());
      }
      slow.finishOpen();
      blocking.forEach(caller -> assertThat(caller.result().connection()).isNotNull());
      async.forEach(caller -> assertThat(caller).succeedsWithin(ofSeconds(60)));
    }
  }

  @Test
  void theLimitOfOneConnectionMayChangeWhileItIsLeased() throws Exception {
    try (Pool<FakeConnection> pool = shared(1, 4).build()) {
      List<Lease<FakeConnection>> leases = acquire(pool, 3);
      FakeConnection connection = factory.opened(0);
      assertThat(pool.limitLeases(connection, 2)).isTrue();
      var waiting = kit.acquireInBackground(pool, ofSeconds(5));
      leases.get(0).close();
      assertThat(waiting.isDone()).isFalse();
      leases.get(1).close();
      assertThat(waiting.result().connection()).isSameAs(connection);
      var next = kit.acquireInBackground(pool, ofSeconds(5));
      pool.limitLeases(connection, 4);
      next.result().close();
      assertThat(pool.limitLeases(FakeFactory.opensAtOnce().open(), 1)).isFalse();
      assertThatThrownBy(() -> pool.limitLeases(connection, 5))
          .isInstanceOf(InvalidOptionException.class)
          .hasMessage(
              "max-leases: 5 is not possible; expected 0 to max-leases-per-connection, which is 4");
    }
  }

  @Test
  void oneInvalidLeaseRetiresTheConnectionWhichTheLastToLeaveCloses() throws Exception {
    try (Pool<FakeConnection> pool = shared(2, 3).build()) {
      List<Lease<FakeConnection>> leases = acquire(pool, 3);
      leases.get(0).invalidate(new IOException("broken"));
      Lease<FakeConnection> elsewhere = pool.acquire();
      assertThat(elsewhere.connection()).isSameAs(factory.opened(1));
      leases.get(1).close();
      assertThat(factory.opened(0).isClosed()).isFalse();
      leases.get(2).close();
      await().until(() -> factory.opened(0).isClosed());
    }
  }

  @Test
  void closingASharedLeaseTwiceEndsNobodyElsesLease() throws Exception {
    try (Pool<FakeConnection> pool = shared(1, 2).build()) {
      List<Lease<FakeConnection>> leases = acquire(pool, 2);
      leases.get(0).close();
      leases.get(0).close();
      leases.get(0).invalidate(null);
      Lease<FakeConnection> third = pool.acquire();
      var fourth = kit.acquireInBackground(pool, ofSeconds(5));
      assertThat(fourth.isDone()).isFalse();
      assertThat(leases.get(1).connection()).isSameAs(third.connection());
      third.close();
      fourth.result().close();
    }
  }

  @Test
  void aLimitBeyondWhatASlotCanCountIsRefused() {
    assertThatThrownBy(() -> shared(1, 4096).build())
        .isInstanceOf(InvalidOptionException.class)
        .hasMessage("max-leases-per-connection: 4096 is not possible; expected at most 4095");
    assertThatThrownBy(() -> shared(1, 0).build())
        .hasMessage("max-leases-per-connection: 0 is not possible; expected 1 or more");
  }
}
