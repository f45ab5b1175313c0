package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.MortalHttpServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients over WebSockets: who is let in, and when their sessions end. */
@Timeout(300)
class WebSocketTest {
  private static final String INITIALIZE =
      "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
          + "\"2025-11-25\",\"capabilities\":{\"sampling\":{}},"
          + "\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}";
  private static final Map<String, String> UPGRADE =
      Map.of(
          "Connection", "Upgrade",
          "Upgrade", "websocket",
          "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==",
          "Sec-WebSocket-Version", "13",
          "Sec-WebSocket-Protocol", "mcp");

  private MortalHttpServer server;
  private TestGateway gateway;

  @BeforeEach
  void serve() throws IOException {
    server = new MortalHttpServer();
    gateway = TestGateway.serving(upstreams());
  }

  private String upstreams() {
    return "upstreams: { mortal: { url: \"http://127.0.0.1:"
        + server.port()
        + "/mcp\" }, counter: { command: "
        + TestGateway.yamlList(Peers.counter())
        + " } }\n";
  }

  @AfterEach
  void end() {
    server.release();
    gateway.close();
    server.close();
  }

  /** The JDK's client. */
  private static final class Client implements WebSocket.Listener, AutoCloseable {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final StringBuilder text = new StringBuilder();

    Client(String url) throws InterruptedException {
      URI place = URI.create(url.replace("http:", "ws:"));
      socket = http.newWebSocketBuilder().subprotocols("mcp").buildAsync(place, this).join();
      say(INITIALIZE);
      assertThat(next()).contains("\"id\":0", "\"result\"");
      say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    }

    void say(String message) {
      socket.sendText(message, true).join();
    }

    void call(int id, String tool) {
      say(
          "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":%s}"
              .formatted(id, ToolClient.params(tool, "{}")));
    }

    String next() throws InterruptedException {
      return String.valueOf(heard.poll(1, MINUTES));
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        heard.add(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
      heard.add("close " + status);
      return null;
    }

    @Override
    public void close() {
      socket.abort();
      http.shutdownNow();
    }
  }

  private int status(String path, Map<String, String> other) throws IOException {
    Map<String, String> headers = new TreeMap<>(UPGRADE);
    headers.putAll(other);
    try (var client = new WireClient(URI.create(gateway.url(path)));
        WireExchange exchange = client.send("GET", headers, null, "")) {
      return exchange.status();
    }
  }

  @Test
  void hostAndOriginAreCheckedBeforeTheUpgrade() throws Exception {
    assertThat(status("/mcp/mortal", Map.of("Origin", "http://evil.example"))).isEqualTo(403);
    assertThat(status("/mcp/mortal", Map.of("Host", "evil.example"))).isEqualTo(403);
    assertThat(status("/mcp/nothing", Map.of())).isEqualTo(404);
    assertThat(status("/mcp/mortal", Map.of("Sec-WebSocket-Protocol", "chat"))).isEqualTo(400);
    assertThat(gateway.metric("weir_sessions")).isZero();
  }

  @Test
  void theSessionIsTheSocketsAndEndsWithIt() throws Exception {
    try (var client = new Client(gateway.url("/mcp/mortal"))) {
      client.call(1, "incr");
      assertThat(ToolClient.textOf(client.next())).isEqualTo("1");
      client.call(2, "incr");
      assertThat(ToolClient.textOf(client.next())).isEqualTo("2");
      assertThat(server.sessions()).isEqualTo(1);
      client.socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
      assertThat(client.next()).isEqualTo("close 1000");
    }
    await().until(() -> gateway.metric("weir_sessions") == 0);
    await().until(() -> server.sessions() == 0);
  }

  @Test
  void aClientThatVanishesLeavesNothing() throws Exception {
    server.hold();
    try (var client = new Client(gateway.url("/mcp/mortal"))) {
      client.call(1, "act");
      await().until(() -> server.heard("\"act\"") == 1);
    }
    await().until(() -> gateway.metric("weir_sessions") == 0);
    assertThat(ToolClient.member(gateway.page("/api/v1/status"), "requestsInFlight"))
        .isEqualTo("0");
  }

  @Test
  void aSessionThatTheGatewayEndsClosesTheSocket() throws Exception {
    try (var brief = TestGateway.serving("sessions: { max-lifetime: 1s }\n" + upstreams());
        var client = new Client(brief.url("/mcp/mortal"))) {
      assertThat(client.next()).isEqualTo("close 1001");
      await().until(() -> brief.metric("weir_sessions") == 0);
    }
  }

  @Test
  void badInputIsAnsweredForItselfAlone() throws Exception {
    try (var client = new Client(gateway.url("/mcp/mortal"))) {
      client.say("{");
      assertThat(client.next()).contains("-32700");
      client.say("{\"jsonrpc\":\"2.0\"}");
      assertThat(client.next()).contains("-32600");
      client.say(INITIALIZE.replace("\"id\":0", "\"id\":7"));
      assertThat(client.next()).contains("\"id\":7", "initialized already");
      client.call(1, "incr");
      assertThat(ToolClient.textOf(client.next())).isEqualTo("1");
    }
  }

  @Test
  void aCancelledCallReachesTheServerAndAQuestionItsClient() throws Exception {
    server.hold();
    try (var client = new Client(gateway.url("/mcp/mortal"))) {
      client.call(1, "act");
      await().until(() -> server.heard("\"act\"") == 1);
      client.say(
          "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}");
      await().until(() -> server.heard("notifications/cancelled") == 1);
    }
    try (var client = new Client(gateway.url("/mcp/counter"))) {
      client.call(1, "ask");
      String question = client.next();
      assertThat(question).contains("sampling/createMessage");
      client.say(
          "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}"
              .formatted(ToolClient.member(question, "id"), ToolClient.sampled("me")));
      assertThat(ToolClient.textOf(client.next())).isEqualTo("me");
    }
  }

  @Test
  void aGatewayThatEndsLetsCallsFinishAndUpgradesNobody() throws Exception {
    server.hold();
    try (var client = new Client(gateway.url("/mcp/mortal"))) {
      client.call(1, "act");
      await().until(() -> server.heard("\"act\"") == 1);
      Thread draining =
          Thread.startVirtualThread(
              () -> {
                try {
                  gateway.gateway().drainAndClose(Duration.ofMinutes(2));
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      await().until(() -> status("/mcp/mortal", Map.of()) == 503);
      server.release();
      assertThat(ToolClient.textOf(client.next())).isEqualTo("done");
      draining.join();
    }
  }
}
