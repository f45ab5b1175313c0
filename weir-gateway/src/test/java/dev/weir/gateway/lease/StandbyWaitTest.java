package dev.weir.gateway.lease;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.gateway.ledger.Headroom;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.ledger.Limits;
import dev.weir.gateway.ledger.Reading;
import dev.weir.gateway.upstream.Upstream;
import dev.weir.gateway.upstream.UpstreamStats;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that wait for a process whose start does not come to an end. */
@Timeout(300)
class StandbyWaitTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Headroom headroom = new Headroom(() -> new Reading(Map.of()), 0, meters);
  private final Starting starting = new Starting();
  private final Upstream upstream =
      new Upstream("x", "stdio", starting, new UpstreamStats("x", meters, Clock.systemUTC()));
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** Begins to start, and does so until it is let go. */
  private static final class Starting implements UpstreamConnector {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch letGo = new CountDownLatch(1);

    @Override
    public UpstreamTransport open(UpstreamListener listener)
        throws UpstreamUnavailableException, InterruptedException {
      begun.countDown();
      letGo.await();
      throw new UpstreamUnavailableException("let go", null);
    }

    @Override
    public void close() {
      letGo.countDown();
    }
  }

  private Standby standby(Duration startTimeout) {
    return Standby.ofProcesses(
        upstream,
        new StandbyBounds(0, 0, 1L << 40, Duration.ofHours(1), Duration.ZERO),
        startTimeout,
        new SpawnGovernor(4, () -> 0),
        10,
        new Ledger(new Limits(10, 0, Map.of()), headroom, meters, new Random(1)),
        meters);
  }

  private static StandbySession take(Standby standby) throws Exception {
    Envelope ping = Messages.request(new RequestId("1"), "ping", "{}");
    return standby.take(ping);
  }

  @AfterEach
  void close() {
    starting.close();
    upstream.close();
    threads.close();
    headroom.close();
  }

  @Test
  void whoWaitsForAProcessIsToldWhenStandbyIsClosed() throws Exception {
    Standby standby = standby(Duration.ofHours(1));
    Future<StandbySession> waiting = threads.submit(() -> take(standby));
    starting.begun.await();
    standby.close();
    await().until(waiting::isDone);
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(waiting::get)
        .withCauseInstanceOf(UpstreamUnavailableException.class);
    assertThatExceptionOfType(UpstreamUnavailableException.class)
        .as("and so is who comes afterwards")
        .isThrownBy(() -> take(standby))
        .withMessageContaining("closed");
  }

  @Test
  void aStartThatTakesLongerThanStartTimeoutIsToldToWhoWaits() throws Exception {
    try (Standby standby = standby(Duration.ofSeconds(1))) {
      assertThatExceptionOfType(UpstreamUnavailableException.class)
          .isThrownBy(() -> take(standby))
          .withMessageContaining("upstream \"x\": no process could be started within 1 s")
          .withMessageContaining("start-timeout");
      assertThat(standby.ready()).isZero();
    }
  }
}
