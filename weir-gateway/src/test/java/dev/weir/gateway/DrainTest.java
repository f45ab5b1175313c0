package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.GatewayProcess;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class DrainTest {
  private static final Duration SOON = Patience.LIMIT;

  private static String counters(String drainTimeout) {
    return "drain-timeout: "
        + drainTimeout
        + "\nupstreams:\n  counter: { command: "
        + TestGateway.yamlList(Peers.counter())
        + " }\n  stubborn: { stop-grace: 300ms, command: "
        + TestGateway.yamlList(Peers.counter("--ignore-term"))
        + " }\n";
  }

  @Test
  void sigtermLetsCallsInFlightFinishAndLeavesNoProcess() throws Exception {
    try (var gateway = GatewayProcess.serving(counters("2m"))) {
      List<ToolClient> clients = new ArrayList<>();
      List<ProcessHandle> children = List.of();
      try {
        for (int client = 0; client < 4; client++) {
          String route = client % 2 == 0 ? "/mcp/counter" : "/mcp/stubborn";
          clients.add(ToolClient.open(gateway.url(route), "2025-11-25", "{\"sampling\":{}}"));
        }
        clients.getLast().text("grandchild", "{}");
        WireClient asked = clients.getFirst().wire();
        try (WireExchange call = asked.begin("tools/call", ToolClient.params("ask", "{}"))) {
          String question = call.nextMessage(SOON);
          children = gateway.children();
          assertThat(children).hasSizeGreaterThanOrEqualTo(6);
          gateway.terminate();
          await().atMost(SOON).until(() -> gateway.output().contains("draining"));
          try (var late = new WireClient(URI.create(gateway.url("/mcp/counter")))) {
            assertThat(late.open("2025-11-25", "{}").status()).isEqualTo(503);
          }
          asked.answer(ToolClient.member(question, "id"), ToolClient.sampled("me"));
          assertThat(ToolClient.textOf(call.reply().response())).isEqualTo("me");
        }
        assertThat(gateway.awaitEnd(SOON)).isZero();
        assertThat(gateway.output())
            .contains("no call was cut off; 4 sessions ended; processes that had to be killed: st")
            .doesNotContain(String.valueOf(asked.session()));
        for (ProcessHandle child : children) {
          await().atMost(SOON).until(() -> !child.isAlive());
        }
      } finally {
        for (ToolClient client : clients) {
          client.close();
        }
        children.forEach(ProcessHandle::destroyForcibly);
      }
    }
  }

  @Test
  void aCallThatTakesLongerThanTheDeadlineIsCutOff() throws Exception {
    try (var gateway = GatewayProcess.serving(counters("500ms"));
        var client = ToolClient.open(gateway.url("/mcp/counter"));
        WireExchange call =
            client.wire().begin("tools/call", ToolClient.params("sleep", "{\"ms\":600000}"))) {
      await().until(() -> inFlight(gateway) == 1);
      List<ProcessHandle> children = gateway.children();
      gateway.terminate();
      assertThat(gateway.awaitEnd(SOON)).isZero();
      assertThat(gateway.output()).contains("1 call cut off (counter tools/call x1,");
      assertThat(gateway.output()).contains("1 session ended; no process had to be killed");
      for (ProcessHandle child : children) {
        await().atMost(SOON).until(() -> !child.isAlive());
      }
      assertThat(call).isNotNull();
    }
  }

  @Test
  void aSecondSignalEndsAtOnceAndLeavesNoProcess() throws Exception {
    List<ProcessHandle> children = List.of();
    try (var gateway = GatewayProcess.serving(counters("10m"));
        var client = ToolClient.open(gateway.url("/mcp/stubborn"));
        WireExchange call =
            client.wire().begin("tools/call", ToolClient.params("sleep", "{\"ms\":600000}"))) {
      await().until(() -> inFlight(gateway) == 1);
      children = gateway.children();
      assertThat(children).isNotEmpty();
      gateway.terminate();
      await().atMost(SOON).until(() -> gateway.output().contains("draining"));
      gateway.terminate();
      assertThat(gateway.awaitEnd(SOON)).isEqualTo(1);
      for (ProcessHandle child : children) {
        await().atMost(SOON).until(() -> !GatewayProcess.isRunning(child));
      }
      assertThat(call).isNotNull();
    } finally {
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private static int inFlight(GatewayProcess gateway) throws Exception {
    String status = gateway.page("/api/v1/status");
    return Integer.parseInt(ToolClient.member(status, "requestsInFlight"));
  }
}
