package dev.weir.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.gateway.call.Trace;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.UpstreamUnavailableException;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallCountsTest {
  private static final int THREADS = 8;
  private static final int CALLS = 500;

  private final UpstreamStats stats =
      new UpstreamStats(
          "x", new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), Clock.systemUTC());

  private static Envelope request(String method) {
    return Messages.request(new RequestId("1"), method, "{}");
  }

  private void call(String method) {
    try {
      stats.measure(request(method), true, Trace.Leg.NONE, Answer.StreamEnded::new).close();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatIsCountedWhileOneReadsIsInOneDifferenceAndInNoOther() throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int n = 0; n < CALLS; n++) {
                      call("tools/call");
                    }
                  }));
    }
    long sum = 0;
    CallCounts before = new CallCounts(0, 0, stats.calls().bounds(), zeros());
    while (sum < THREADS * CALLS) {
      CallCounts now = stats.calls();
      sum += now.since(before).ended();
      before = now;
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(sum).isEqualTo(THREADS * CALLS);
    assertThat(stats.calls().since(before).ended()).isZero();
    assertThat(stats.calls().within().getLast()).isEqualTo(THREADS * CALLS);
  }

  private List<Long> zeros() {
    return stats.calls().bounds().stream().map(bound -> 0L).toList();
  }

  @Test
  void aHandshakeIsNoCallAndCountsWhereItFailed() {
    call("initialize");
    assertThat(stats.calls().ended()).isZero();
    assertThatThrownBy(
            () ->
                stats.measure(
                    request("initialize"),
                    true,
                    Trace.Leg.NONE,
                    () -> {
                      throw new UpstreamUnavailableException("gone", null);
                    }))
        .isInstanceOf(UpstreamUnavailableException.class);
    assertThat(stats.calls().ended()).isZero();
    assertThat(stats.calls().failed()).isEqualTo(1);
  }

  @Test
  void aQuantileLiesBetweenTheBoundsThatItFallsBetween() {
    List<Duration> bounds = List.of(Duration.ofMillis(10), Duration.ofMillis(20));
    var counts = new CallCounts(100, 0, bounds, List.of(50L, 90L));
    assertThat(counts.quantileMillis(0.25)).isEqualTo(5);
    assertThat(counts.quantileMillis(0.7)).isEqualTo(15);
    assertThat(counts.quantileMillis(0.99)).as("the last bound that is known").isEqualTo(20);
    assertThat(new CallCounts(0, 0, bounds, List.of(0L, 0L)).quantileMillis(0.5)).isNaN();
  }
}
