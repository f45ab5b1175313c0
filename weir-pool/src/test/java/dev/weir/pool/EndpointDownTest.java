package dev.weir.pool;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.internal.time.Deadline;
import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** P8: what callers of an endpoint that is down are told, and when. */
class EndpointDownTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();
  private final AtomicInteger timedOpens = new AtomicInteger();

  /** A step that fails after a span on the clock of the kit. */
  private FakeFactory.Step refusedAfter(Duration span) {
    return () -> {
      long end = Deadline.after(kit.clock().nanos(), span);
      timedOpens.incrementAndGet();
      while (!Deadline.passed(end, kit.clock().nanos())) {
        kit.clock().park(this, end);
      }
      FakeFactory.refused().run();
    };
  }

  private static FakeFactory.Step fails(String message) {
    return () -> {
      throw new IOException(message);
    };
  }

  private static PoolBuilder<FakeConnection> downAtOnce(PoolBuilder<FakeConnection> builder) {
    return builder.breakerThreshold(1);
  }

  private List<Background<Lease<FakeConnection>>> callers(Pool<FakeConnection> pool, int n) {
    List<Background<Lease<FakeConnection>>> callers = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      callers.add(kit.acquireInBackground(pool, ofSeconds(3)));
    }
    return callers;
  }

  private void refused(Pool<FakeConnection> pool) {
    kit.acquireInBackground(pool, ofSeconds(3)).failure(EndpointDownException.class);
  }

  @Test
  void aSingleCallerKnowsWithin100MillisecondsThatTheEndpointIsDown() { // P8
    factory.onOpen(refusedAfter(ofMillis(20)));
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      long start = kit.clock().nanos();
      var caller = kit.acquireInBackground(pool, ofSeconds(3));
      for (int tries = 1; tries <= 3; tries++) {
        int seen = tries;
        await().until(() -> timedOpens.get() == seen);
        kit.advance(ofMillis(20));
        await().until(() -> pool.stats().failedOpens() == seen);
        if (tries < 3) {
          kit.advance(ofMillis(10L * tries)); // the longest that the pause can be
        }
      }
      assertThat(caller.failure(EndpointDownException.class))
          .hasCauseInstanceOf(ConnectException.class)
          .hasMessageMatching(
              "pool \"search\": endpoint down for 70 ms, 3 tries failed, next probe in [2-4]\\d ms:"
                  + " connection refused");
      assertThat(kit.clock().nanos() - start).isLessThan(ofMillis(100).toNanos());
    }
  }

  @Test
  void twentyCallersKnowWithin100MillisecondsThatTheEndpointIsDown() { // P8
    factory.onOpen(refusedAfter(ofMillis(20)));
    try (Pool<FakeConnection> pool = kit.pool(factory).build()) {
      long start = kit.clock().nanos();
      var callers = callers(pool, 20);
      await().until(() -> timedOpens.get() == 4);
      kit.advance(ofMillis(20));
      for (var caller : callers) {
        assertThat(caller.failure(EndpointDownException.class))
            .hasCauseInstanceOf(ConnectException.class);
      }
      assertThat(kit.clock().nanos() - start).isLessThan(ofMillis(100).toNanos());
      assertThat(pool.stats().pending()).isZero();
    }
  }

  @Test
  void whoComesWhileTheEndpointIsDownIsRefusedAtOnce() { // P8
    factory.onOpen(FakeFactory.refused());
    try (Pool<FakeConnection> pool = downAtOnce(kit.pool(factory)).build()) {
      refused(pool);
      var asynchronous = pool.acquireAsync().toCompletableFuture();
      callers(pool, 20).forEach(caller -> caller.failure(EndpointDownException.class));
      assertThatThrownBy(asynchronous::join).hasCauseInstanceOf(EndpointDownException.class);
      assertThat(factory.tries()).isEqualTo(1);
      assertThat(pool.isHealthy()).isFalse();
    }
  }

  @Test
  void everybodyIsToldTheFirstCauseOfTheOutage() { // P8
    factory.nextOpens(fails("certificate has expired"), fails("second"), fails("third"));
    factory.onOpen(fails("later"));
    try (Pool<FakeConnection> pool = kit.pool(factory).max(1).build()) {
      var caller = kit.acquireInBackground(pool, ofSeconds(3));
      await()
          .until(
              () -> {
                kit.advance(ofMillis(1));
                return caller.isDone();
              });
      assertThat(caller.failure(EndpointDownException.class))
          .hasRootCauseMessage("certificate has expired");
      kit.advance(ofSeconds(5));
      await().until(() -> factory.tries() == 4 && pool.stats().opening() == 0);
      assertThat(kit.acquireInBackground(pool, ofSeconds(3)).failure(EndpointDownException.class))
          .hasRootCauseMessage("certificate has expired")
          .hasMessageContaining("4 tries failed");
    }
  }

  @Test
  void aLeasedConnectionStillServesThoseWhoWaitForIt() throws Exception { // P8
    factory.nextOpens(() -> {}, FakeFactory.refused());
    try (Pool<FakeConnection> pool = downAtOnce(kit.pool(factory)).max(2).build()) {
      Lease<FakeConnection> held = pool.acquire();
      var first = kit.acquireInBackground(pool, ofMinutes(1));
      await().until(() -> pool.stats().failedOpens() == 1 && pool.stats().opening() == 0);
      var second = kit.acquireInBackground(pool, ofMinutes(1));
      assertThat(first.isDone() || second.isDone()).isFalse();
      held.close();
      first.result().close();
      second.result().close();
      assertThat(pool.isHealthy()).isTrue();
      assertThat(factory.opened()).hasSize(1);
    }
  }

  @Test
  void thoseWhoWaitAreToldWhenTheLastConnectionBreaks() throws Exception { // P8
    factory.nextOpens(() -> {}, FakeFactory.refused());
    try (Pool<FakeConnection> pool = downAtOnce(kit.pool(factory)).max(2).build()) {
      Lease<FakeConnection> held = pool.acquire();
      var caller = kit.acquireInBackground(pool, ofMinutes(1));
      await().until(() -> pool.stats().failedOpens() == 1 && pool.stats().opening() == 0);
      factory.onClose(FakeFactory.hangs()); // nobody waits for that
      held.invalidate(new IOException("broken pipe"));
      caller.failure(EndpointDownException.class);
    }
  }

  @Test
  void thoseWhoWaitAreToldWhenTheCheckOfTheLastConnectionFails() throws Exception { // P8
    factory.nextOpens(() -> {}, FakeFactory.refused());
    try (Pool<FakeConnection> pool = downAtOnce(kit.pool(factory)).max(2).build()) {
      Lease<FakeConnection> held = pool.acquire();
      var other = kit.acquireInBackground(pool, ofMinutes(1));
      await().until(() -> pool.stats().failedOpens() == 1 && pool.stats().opening() == 0);
      held.close();
      other.result().close();
      factory.onCheck(connection -> false);
      factory.onOpen(FakeFactory.refused());
      kit.advance(ofSeconds(1));
      kit.acquireInBackground(pool, ofMinutes(1)).failure(EndpointDownException.class);
    }
  }

  @Test
  void aPoolThatMustSucceedIsToldWhenTheEndpointIsDown() {
    FakeFactory down = FakeFactory.failing();
    PoolBuilder<FakeConnection> builder =
        Pool.builder(down).name("search").retryBackoff(ofMillis(1)).startMustSucceed(true);
    assertThatThrownBy(builder::build)
        .isInstanceOf(EndpointDownException.class)
        .hasMessageStartingWith("pool \"search\": endpoint down for ")
        .hasCauseInstanceOf(ConnectException.class);
  }
}
