package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Application;
import dev.weir.gateway.kit.PeerServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Clients of the official SDKs over older transports, in front of the reference server on each
 * wire: lists, calls, progress, cancellation, questions and notifications.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class OldClientsTest {
  private PeerServer http;
  private PeerServer sse;
  private PeerServer webSocket;
  private TestGateway gateway;

  @BeforeAll
  void start() throws Exception {
    http = Peers.everythingHttp();
    sse = Peers.everythingSse();
    webSocket = Peers.everythingWebSocket();
    gateway =
        TestGateway.serving(
            """
            upstreams:
              http: { url: "%s" }
              old: { url: "%s" }
              socket: { url: "%s" }
              stdio: { command: %s }
            """
                .formatted(
                    http.url(),
                    sse.url(),
                    webSocket.url(),
                    TestGateway.yamlList(Peers.everythingStdio())));
  }

  @AfterAll
  void stop() {
    if (gateway != null) {
      gateway.close();
    }
    if (webSocket != null) {
      webSocket.close();
    }
    if (sse != null) {
      sse.close();
    }
    if (http != null) {
      http.close();
    }
  }

  private void assertNoSessionIsLeft() {
    await().until(() -> gateway.metric("weir_sessions") == 0);
  }

  @ParameterizedTest
  @CsvSource({
    "sse, stdio", "sse, http", "sse, old", "sse, socket",
    "websocket, stdio", "websocket, http", "websocket, old", "websocket, socket"
  })
  void theTypeScriptSdkIsServedAsByTheServerItself(String transport, String upstream)
      throws Exception {
    String url = gateway.url("/mcp/" + upstream);
    Peers.Finished client =
        transport.equals("sse")
            ? Peers.oldClient(transport, url + "/sse")
            : Peers.oldClient(transport, url.replace("http:", "ws:"));
    assertThat(client.exitCode()).as(client.output()).isZero();
    JsonNode said = JsonMapper.shared().readTree(client.output().lines().toList().getLast());
    assertThat(said.path("tools").toString()).contains("echo", "get-sum");
    assertThat(said.path("echo").asString()).isEqualTo("Echo: grüße ✓");
    assertThat(said.path("large").asInt()).isEqualTo(200_006);
    // The SDK drops a progress that it reads together with the response.
    assertThat(said.path("progress").toString()).startsWith("[1,2");
    assertThat(said.path("answered").asString()).contains("the model says 42");
    assertThat(said.path("logged").asString()).isNotEmpty();
    assertThat(said.path("cancelled").asString()).isEqualTo("given up");
    assertThat(said.path("stillThere").asString()).isEqualTo("Echo: after");
    assertNoSessionIsLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"stdio", "http", "old", "socket"})
  void theJavaSdkIsServedOverHttpSse(String upstream) {
    try (var application = Application.overSse(gateway, "/mcp/" + upstream + "/sse")) {
      await().until(() -> application.tools().contains("trigger-sampling-request"));
      assertThat(application.call("echo", Map.of("message", "grüße ✓"))).isEqualTo("Echo: grüße ✓");
      application.callWithProgress(
          "trigger-long-running-operation", Map.of("duration", 0.3, "steps", 3));
      await().until(() -> application.progress.size() == 3);
      assertThat(application.call("trigger-sampling-request", Map.of("prompt", "What is it?")))
          .contains("the model says 42");
      assertThat(application.call("trigger-elicitation-request", Map.of())).contains("Name: Ada");
      application.call("toggle-simulated-logging", Map.of());
      await().until(() -> !application.logged.isEmpty());
    }
    assertNoSessionIsLeft();
  }

  @Test
  void allServersTogetherAreServedOverHttpSse() {
    try (var application = Application.overSse(gateway, "/mcp/sse")) {
      assertThat(application.tools()).contains("http__echo", "stdio__echo", "old__echo");
      assertThat(application.call("old__get-sum", Map.of("a", 2, "b", 40))).contains("42");
    }
    assertNoSessionIsLeft();
  }
}
