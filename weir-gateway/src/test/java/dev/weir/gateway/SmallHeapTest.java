package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.GatewayProcess;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A gateway with a heap of 256 MB. */
@Timeout(300)
class SmallHeapTest {
  private static final int TEN_MEGABYTES = 10_000_000;
  private static final String BIG = "{\"bytes\":" + TEN_MEGABYTES + "}";

  @Test
  void fiveHundredSessionsOnTheDemonstrationServerAreServed() throws Exception {
    try (var gateway = GatewayProcess.serving("", "-Xmx256m");
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<ToolClient> clients = new ArrayList<>();
      try {
        for (int client = 0; client < 500; client++) {
          clients.add(ToolClient.open(gateway.url("/mcp/demo")));
        }
        List<Callable<String>> work = new ArrayList<>();
        for (ToolClient client : clients) {
          work.add(() -> client.text("counter", "{}") + client.text("counter", "{}"));
        }
        for (Future<String> answer : threads.invokeAll(work)) {
          assertThat(answer.get()).isEqualTo("12");
        }
        assertThat(ToolClient.member(gateway.page("/api/v1/status"), "state")).isEqualTo("serving");
      } finally {
        for (ToolClient client : clients) {
          client.close();
        }
      }
    }
  }

  @Test
  void tenMegabytesPassThroughStdioAndHttpWhileFiftySessionsGoOn() throws Exception {
    try (var far = TestGateway.serving("");
        var gateway =
            GatewayProcess.serving(
                "upstreams:\n  near: { command: "
                    + TestGateway.yamlList(Peers.counter())
                    + " }\n  far: { url: \""
                    + far.url("/mcp/demo")
                    + "\", pool: { max: 20, max-waiters: 100, acquire-timeout: 2m } }\n",
                "-Xmx256m");
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        var stdio = ToolClient.open(gateway.url("/mcp/near"));
        var http = ToolClient.open(gateway.url("/mcp/far"))) {
      var stop = new AtomicBoolean();
      var running = new CountDownLatch(50);
      List<Future<Integer>> others = new ArrayList<>();
      try {
        for (int session = 0; session < 50; session++) {
          others.add(threads.submit(() -> countUntil(stop, running, gateway)));
        }
        running.await();
        for (int round = 0; round < 3; round++) {
          assertThat(stdio.text("big", BIG)).hasSize(TEN_MEGABYTES);
          assertThat(http.text("big", BIG)).hasSize(TEN_MEGABYTES);
        }
      } finally {
        stop.set(true);
      }
      for (Future<Integer> other : others) {
        assertThat(other.get()).isPositive();
      }
    }
  }

  /** Counts in one session until told to stop; every count must be the next one. */
  private static int countUntil(AtomicBoolean stop, CountDownLatch running, GatewayProcess gateway)
      throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/far"))) {
      int count = 0;
      do {
        count++;
        assertThat(client.text("counter", "{}")).isEqualTo(Integer.toString(count));
        running.countDown();
      } while (!stop.get());
      return count;
    }
  }
}
