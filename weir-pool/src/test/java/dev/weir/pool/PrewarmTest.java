package dev.weir.pool;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import dev.weir.pool.kit.PoolKit;
import java.io.IOException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

/** P3: connections that are there before anybody asks. */
class PrewarmTest {
  private final PoolKit kit = new PoolKit();
  private final FakeFactory factory = FakeFactory.opensAtOnce();

  @Test
  void twoConnectionsAreOpenedAtStartUnlessToldOtherwise() {
    try (Pool<FakeConnection> pool = Pool.builder(factory).build()) {
      kit.awaitIdle(pool, 2);
      assertThat(pool.stats().created()).isEqualTo(2);
    }
  }

  @Test
  void thePoolIsFilledAgainWheneverItFallsBelowMin() throws Exception {
    try (Pool<FakeConnection> pool = kit.pool(factory).min(2).build()) {
      kit.awaitIdle(pool, 2);
      pool.acquire().invalidate(new IOException("broken"));
      kit.awaitIdle(pool, 2);
      assertThat(factory.opened()).hasSize(3);
    }
  }

  @Test
  void aPoolThatMustSucceedIsFullWhenItIsBuilt() {
    try (Pool<FakeConnection> pool = Pool.builder(factory).min(6).startMustSucceed(true).build()) {
      assertThat(pool.stats().idle() + pool.stats().active()).isEqualTo(6);
    }
  }

  @Test
  void aPoolThatMustSucceedDoesNotStartWithoutItsConnections() {
    FakeFactory down = FakeFactory.failing();
    PoolBuilder<FakeConnection> builder =
        kit.pool(down).min(1).breakerThreshold(9).retryBackoff(ofSeconds(1)).startMustSucceed(true);
    var start = Background.start(builder::build);
    // No further than the last retry, after which the next series would begin.
    await()
        .until(
            () -> {
              if (down.tries() < 4) {
                kit.advance(ofSeconds(1));
              }
              return start.isDone();
            });
    assertThat(start.failure(EndpointDownException.class))
        .hasMessage(
            "pool \"search\": no connection, and opening was given up after 4 tries:"
                + " connection refused")
        .hasCauseInstanceOf(ConnectException.class);
  }

  @Test
  void aPoolThatNeedNotSucceedStartsAndFillsItselfWhenTheEndpointIsBack() {
    factory.onOpen(FakeFactory.refused());
    try (Pool<FakeConnection> pool = kit.pool(factory).min(2).maxRetries(0).build()) {
      await().until(() -> pool.stats().failedOpens() >= 1);
      assertThat(pool.isHealthy()).isFalse();
      factory.onOpen(() -> {});
      await()
          .until(
              () -> {
                kit.advance(ofSeconds(1));
                return pool.stats().idle() == 2;
              });
      assertThat(pool.isHealthy()).isTrue();
    }
  }
}
