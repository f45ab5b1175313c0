package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A modern client in front of a modern server: nothing is translated, and nothing is kept. */
@Timeout(120)
class ModernPassingTest {
  private static final String ID = "io.modelcontextprotocol/subscriptionId";

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Map<String, String>> heads = new CopyOnWriteArrayList<>();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private final AtomicInteger left = new AtomicInteger();
  private HttpServer server;
  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/mcp", this::handle);
    server.start();
    gateway =
        TestGateway.serving(
            "upstreams: { modern: { url: \"http://127.0.0.1:%d/mcp\" } }"
                .formatted(server.getAddress().getPort()));
  }

  @AfterEach
  void stop() {
    gateway.close();
    server.stop(0);
    threads.shutdownNow();
  }

  private ModernClient client() {
    return new ModernClient(gateway.url("/mcp/modern"));
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      JsonNode message = JsonMapper.shared().readTree(body);
      String method = message.path("method").asString();
      if (method.equals("server/discover")) {
        answer(
            exchange,
            200,
            message,
            "\"result\":{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}}}");
        return;
      }
      Map<String, String> head = new HashMap<>();
      exchange.getRequestHeaders().forEach((name, values) -> head.put(name, values.getFirst()));
      heads.add(head);
      bodies.add(body);
      switch (method) {
        case "tools/call" -> call(exchange, message);
        case "subscriptions/listen" ->
            stream(
                exchange,
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":{\"_meta\":{\"%s\":%s}}}"
                    .formatted(ID, message.get("id")));
        case "tasks/get" ->
            answer(exchange, 200, message, "\"result\":{\"resultType\":\"complete\",\"mine\":1}");
        default ->
            answer(
                exchange,
                404,
                message,
                "\"error\":{\"code\":-32601,\"message\":\"none\",\"data\":{\"a\":1}}");
      }
    }
  }

  private void call(HttpExchange exchange, JsonNode message) throws IOException {
    switch (message.path("params").path("name").asString()) {
      case "slow" ->
          stream(
              exchange,
              "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":7,\"progress\":1}}");
      case "ask" ->
          answer(
              exchange,
              200,
              message,
              "\"result\":{\"resultType\":\"input_required\",\"inputRequests\":{\"q\":{\"method\":\"roots/list\"}},\"requestState\":\"s \\u00e9\"}");
      default ->
          answer(
              exchange,
              200,
              message,
              "\"result\":{\"resultType\":\"complete\",\"content\":[],\"big\":123456789012345678901234567890}");
    }
  }

  private static void answer(HttpExchange exchange, int status, JsonNode request, String outcome)
      throws IOException {
    byte[] bytes =
        ("{\"jsonrpc\":\"2.0\",\"id\":" + request.get("id") + "," + outcome + "}")
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** One event, and then silence until the other side has left. */
  private void stream(HttpExchange exchange, String event) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    out.write(("data: " + event + "\n\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
    try {
      while (true) {
        Thread.sleep(20); // only a write tells whether it has left
        out.write(": \n\n".getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (IOException e) {
      left.incrementAndGet();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aRequestAndItsAnswerPassAsTheyAre() throws Exception {
    try (ModernClient client = client()) {
      String params =
          "{\"name\":\"any\",\"arguments\":{\"n\": 1e400,\"big\":98765432109876543210}}";
      Map<String, String> headers = new HashMap<>(ModernClient.headers("tools/call", params));
      headers.put("Mcp-Param-Region", "eu =?base64?w6k=?=");
      headers.put("Mcp-Session-Id", "not-to-be-passed");
      String body = client.request("\"an id\"", "tools/call", params);
      try (WireExchange exchange = client.wire().send("POST", headers, body, "\"an id\"")) {
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.reply().body())
            .contains("\"id\":\"an id\"", "123456789012345678901234567890");
      }
      assertThat(bodies).containsExactly(body);
      assertThat(heads.getFirst())
          .containsEntry("Mcp-param-region", "eu =?base64?w6k=?=")
          .containsEntry("Mcp-method", "tools/call")
          .containsEntry("Mcp-name", "any")
          .containsEntry("Mcp-protocol-version", "2026-07-28")
          .doesNotContainKey("Mcp-session-id");
      assertThat(gateway.metric("weir_sessions")).isZero();
      assertThat(gateway.metric("weir_sessions_opened_total")).isZero();
    }
  }

  @Test
  void theVersionsOfTheRouteAreAllThatTheGatewayServesThere() throws Exception {
    try (ModernClient client = client()) {
      JsonNode discovered = client.result("server/discover", "{}");
      assertThat(discovered.path("supportedVersions").toString())
          .contains("2026-07-28", "2025-11-25", "2024-11-05");
      assertThat(discovered.path("capabilities").toString()).isEqualTo("{\"tools\":{}}");
    }
  }

  @Test
  void methodsThatNobodyKnowsAndErrorsPassWithTheirStatus() throws Exception {
    try (ModernClient client = client()) {
      assertThat(client.result("tasks/get", "{}").path("mine").asInt()).isEqualTo(1);
      try (WireExchange exchange = client.begin("x/unknown", "{}")) {
        assertThat(exchange.status()).isEqualTo(404);
        assertThat(exchange.reply().body()).contains("-32601", "\"data\":{\"a\":1}");
      }
    }
  }

  @Test
  void aRoundOfQuestionsIsBetweenTheClientAndTheServerAlone() throws Exception {
    try (ModernClient client = client()) {
      JsonNode asked = client.call("ask", "{}");
      assertThat(asked.path("requestState").asString()).isEqualTo("s é");
      String answers =
          ModernClient.answering(
              ModernClient.params("done", "{}", null), "{\"q\":{\"roots\":[]}}", "s é");
      assertThat(client.result("tools/call", answers).path("resultType").asString())
          .isEqualTo("complete");
      assertThat(bodies.getLast()).contains("\"requestState\":\"s é\"", "\"inputResponses\"");
    }
  }

  @Test
  void aClientThatClosesItsStreamHasCancelledAtTheServer() throws Exception {
    try (ModernClient client = client();
        WireExchange slow = client.begin("tools/call", ModernClient.params("slow", "{}", null))) {
      assertThat(slow.nextMessage(Patience.LIMIT)).contains("\"progressToken\":7");
      slow.close();
      await().until(() -> left.get() == 1);
    }
  }

  @Test
  void aSubscriptionHasTheClientsOwnIdAndEndsWithTheGateway() throws Exception {
    try (ModernClient client = client();
        WireExchange stream = client.begin("subscriptions/listen", "{\"notifications\":{}}")) {
      assertThat(stream.nextMessage(Patience.LIMIT)).contains("acknowledged", "\"" + ID + "\":1");
      gateway.gateway().drainAndClose(Duration.ofMinutes(1));
      assertThat(stream.nextMessage(Patience.LIMIT)).contains("\"resultType\":\"complete\"");
      await().until(() -> left.get() == 1);
    }
  }
}
