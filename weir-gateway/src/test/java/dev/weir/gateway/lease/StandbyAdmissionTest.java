package dev.weir.gateway.lease;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.gateway.demo.DemoServer;
import dev.weir.gateway.ledger.Headroom;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.ledger.LimitReachedException;
import dev.weir.gateway.ledger.Limits;
import dev.weir.gateway.ledger.Reading;
import dev.weir.gateway.ledger.Reading.Use;
import dev.weir.gateway.ledger.Resource;
import dev.weir.gateway.upstream.Upstream;
import dev.weir.gateway.upstream.UpstreamStats;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.Transports;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is kept ready, and started, on a machine that comes to its end. */
@Timeout(300)
class StandbyAdmissionTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private volatile long used = 100;
  private final Headroom headroom =
      new Headroom(() -> new Reading(Map.of(Resource.PROCESSES, new Use(used, 1000))), 0.1, meters);
  private final Upstream upstream =
      new Upstream(
          "x",
          "stdio",
          Transports.inProcess("x", new DemoServer()),
          new UpstreamStats("x", meters, Clock.systemUTC()));
  private final Standby standby =
      Standby.ofProcesses(
          upstream,
          new StandbyBounds(2, 4, 1L << 40, Duration.ofHours(1), Duration.ZERO),
          Duration.ofSeconds(30),
          new SpawnGovernor(4, () -> 0),
          10,
          new Ledger(new Limits(10, 0, Map.of()), headroom, meters, new Random(1)),
          meters);

  /** Until the headroom has seen it: it looks once a second. */
  private void machine(long inUse) {
    used = inUse;
    await()
        .until(
            () -> {
              Use seen = headroom.reading().of(Resource.PROCESSES);
              return seen != null && seen.used() == inUse;
            });
  }

  private StandbySession take() throws Exception {
    Envelope first =
        Messages.read(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"
                    .getBytes(StandardCharsets.UTF_8))
            .messages()
            .getFirst();
    return standby.take(first);
  }

  @AfterEach
  void close() {
    standby.close();
    headroom.close();
    upstream.close();
  }

  @Test
  void whatIsReadyStaysButNothingIsAddedWhenLittleIsLeft() throws Exception {
    await().until(() -> standby.ready() == 2);
    machine(850);
    take().close();
    standby.look();
    assertThat(standby.ready()).isEqualTo(1);
    machine(100);
    standby.look();
    await().until(() -> standby.ready() >= 2);
  }

  @Test
  void whatIsReadyIsGivenUpWhenNothingIsLeftAndNoClientGetsANewProcess() throws Exception {
    await().until(() -> standby.ready() == 2);
    machine(950);
    standby.look();
    await().until(() -> standby.ready() == 0);
    assertThatExceptionOfType(LimitReachedException.class)
        .isThrownBy(this::take)
        .withMessageContaining("950 of 1,000 processes and threads are in use (95 %)");
    machine(100);
    await()
        .ignoreException(LimitReachedException.class)
        .until(
            () -> {
              take().close();
              return true;
            });
  }
}
