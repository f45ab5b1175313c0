package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.PeerServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.http.kit.ScriptedServer.Peer;
import dev.weir.http.kit.ScriptedServer.Request;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireEvent;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.CreateMessageResult;
import io.modelcontextprotocol.spec.McpSchema.ElicitResult;
import io.modelcontextprotocol.spec.McpSchema.Role;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Legacy clients of a server that speaks 2026-07-28 alone: the official TypeScript SDK. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class ModernUpstreamTest {
  private static final String ALL =
      "{\"sampling\":{},\"elicitation\":{},\"roots\":{\"listChanged\":true}}";

  private PeerServer fixture;
  private TestGateway gateway;

  @BeforeAll
  void start() throws Exception {
    fixture = Peers.fixtureModern();
    gateway =
        TestGateway.serving(
            """
            upstreams:
              auto: { url: "%1$s" }
              told: { url: "%1$s", era: modern }
              shared: { url: "%1$s", isolation: shared }
              legacy: { url: "%1$s", era: legacy }
              stdio: { command: %2$s }
              told-stdio: { command: %2$s, era: modern }
            """
                .formatted(fixture.url(), TestGateway.yamlList(Peers.fixtureModernStdio())));
  }

  @AfterAll
  void stop() {
    if (gateway != null) {
      gateway.close();
    }
    if (fixture != null) {
      fixture.close();
    }
  }

  private ToolClient open(String upstream, String capabilities) throws Exception {
    return ToolClient.open(gateway.url("/mcp/" + upstream), "2025-11-25", capabilities);
  }

  /** The next event that says something. */
  private static WireEvent next(WireExchange exchange) throws Exception {
    WireEvent event;
    do {
      event = Objects.requireNonNull(exchange.nextEvent(Patience.LIMIT), "the stream has ended");
    } while (event.data().isEmpty());
    return event;
  }

  /** The id of a message, as JSON. */
  private static String id(String message) {
    return new JsonMapper().readTree(message).path("id").toString();
  }

  private static WireExchange begin(ToolClient client, String tool, String arguments)
      throws Exception {
    return client.wire().begin("tools/call", ToolClient.params(tool, arguments));
  }

  /** Takes the next question and answers it. */
  private static String answer(ToolClient client, WireExchange call, String result)
      throws Exception {
    String question = next(call).data();
    client.wire().answer(id(question), result);
    return question;
  }

  private static String accept(String content) {
    return "{\"action\":\"accept\",\"content\":" + content + "}";
  }

  @Test
  void theServerItselfRefusesLegacyClients() throws Exception {
    try (var direct = new WireClient(URI.create(fixture.url()))) {
      assertThat(direct.open("2025-11-25", "{}").status()).isEqualTo(400);
    }
    try (var through = new WireClient(URI.create(gateway.url("/mcp/legacy")))) {
      assertThat(through.open("2025-11-25", "{}").status()).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
  void initializeIsAnsweredInTheClientsVersion(String version) throws Exception {
    try (var client = new WireClient(URI.create(gateway.url("/mcp/auto")))) {
      String answer = client.open(version, "{}").response();
      assertThat(ToolClient.member(answer, "result", "protocolVersion")).isEqualTo(version);
      assertThat(ToolClient.member(answer, "result", "serverInfo", "name"))
          .isEqualTo("weir-fixture");
      assertThat(ToolClient.member(answer, "result", "instructions")).contains("conformance");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "told", "shared", "stdio", "told-stdio"})
  void toolsAreListedAndCalled(String upstream) throws Exception {
    try (var client = open(upstream, "{}")) {
      assertThat(client.wire().call("tools/list", "{}").response())
          .contains("\"echo\"")
          .doesNotContain("resultType", "cacheScope");
      assertThat(client.text("echo", "{\"message\":\"hi\"}")).isEqualTo("Echo: hi");
      assertThat(client.text("test_header_arguments", "{\"region\":\"süd\",\"priority\":7}"))
          .isEqualTo("Region süd");
      assertThat(client.wire().call("ping", null).response()).contains("\"result\":{}");
    }
  }

  @Test
  void aToolThatWasNeverListedIsCalledWithItsFieldsAllTheSame() throws Exception {
    try (var client = open("auto", "{}")) {
      assertThat(client.text("test_header_arguments", "{\"region\":\"eu\",\"priority\":7}"))
          .isEqualTo("Region eu");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "stdio"})
  void progressComesBeforeTheAnswer(String upstream) throws Exception {
    try (var client = open(upstream, "{}")) {
      var reply =
          client
              .wire()
              .call(
                  "tools/call",
                  "{\"name\":\"test_tool_with_progress\",\"_meta\":{\"progressToken\":\"mine\"}}");
      assertThat(reply.others()).hasSize(3).allMatch(one -> one.contains("\"mine\""));
      assertThat(ToolClient.textOf(reply.response())).isEqualTo("Progress reported");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "stdio"})
  void logMessagesComeAsTheClientsLevelSays(String upstream) throws Exception {
    try (var client = open(upstream, "{}")) {
      assertThat(client.call("test_tool_with_logging", "{}").others()).hasSize(3);
      client.wire().call("logging/setLevel", "{\"level\":\"error\"}");
      assertThat(client.call("test_tool_with_logging", "{}").others()).isEmpty();
      client.wire().call("logging/setLevel", "{\"level\":\"debug\"}");
      assertThat(client.call("test_tool_with_logging", "{}").others()).hasSize(3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "shared", "stdio"})
  void aServerThatAsksTwiceIsAnsweredTwice(String upstream) throws Exception {
    try (var client = open(upstream, ALL);
        var call = begin(client, "test_input_required_result_multi_round", "{}")) {
      answer(client, call, accept("{\"name\":\"Ada\"}"));
      answer(client, call, accept("{\"color\":\"blue\"}"));
      assertThat(ToolClient.textOf(next(call).data())).isEqualTo("Ada likes blue");
    }
  }

  @Test
  void severalQuestionsAtOnceAreAnsweredInAnyOrder() throws Exception {
    try (var client = open("auto", ALL);
        var call = begin(client, "test_input_required_result_multiple_inputs", "{}")) {
      List<String> questions = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        questions.add(next(call).data());
      }
      for (String question : questions.reversed()) {
        String result =
            switch (ToolClient.member(question, "method")) {
              case "roots/list" -> "{\"roots\":[{\"uri\":\"file:///home\"}]}";
              case "sampling/createMessage" -> ToolClient.sampled("Good day");
              default -> accept("{\"name\":\"Ada\"}");
            };
        client.wire().answer(id(question), result);
      }
      assertThat(ToolClient.textOf(next(call).data())).isEqualTo("Hello, Ada!");
    }
  }

  @Test
  void theClientsRootsReachTheServer() throws Exception {
    try (var client = open("auto", ALL);
        var call = begin(client, "test_input_required_result_list_roots", "{}")) {
      String question = answer(client, call, "{\"roots\":[{\"uri\":\"file:///home\"}]}");
      assertThat(ToolClient.member(question, "method")).isEqualTo("roots/list");
      assertThat(ToolClient.textOf(next(call).data())).isEqualTo("Roots: file:///home");
    }
  }

  @Test
  void aPromptMayAskToo() throws Exception {
    try (var client = open("auto", ALL);
        var call =
            client
                .wire()
                .begin("prompts/get", "{\"name\":\"test_input_required_result_prompt\"}")) {
      answer(client, call, accept("{\"context\":\"rain\"}"));
      assertThat(next(call).data()).contains("In the context of rain");
    }
  }

  @Test
  void aClientWithoutTheCapabilityIsToldWhatTheServerNeeds() throws Exception {
    try (var client = open("auto", "{}")) {
      assertThat(client.call("test_missing_capability", "{}").response())
          .contains("-32600", "did not declare");
    }
  }

  @Test
  void aResourceThatIsNotThereHasTheErrorOfTheLegacyEra() throws Exception {
    try (var client = open("auto", "{}")) {
      WireClient.Reply reply = client.wire().call("resources/read", "{\"uri\":\"test://nowhere\"}");
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.response()).contains("-32002", "test://nowhere");
    }
  }

  @Test
  void anUnknownMethodIsAnErrorAndNoLostSession() throws Exception {
    try (var client = open("auto", "{}")) {
      WireClient.Reply reply = client.wire().call("acme/own", "{}");
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.response()).contains("-32601");
      assertThat(client.text("echo", "{\"message\":\"hi\"}")).isEqualTo("Echo: hi");
    }
  }

  @Test
  void changesOfListsAndResourcesComeOnTheStandingStream() throws Exception {
    String uri = "{\"uri\":\"test://watched-resource\"}";
    try (var client = open("auto", "{}");
        var stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      client.text("test_trigger_tool_change", "{}");
      assertThat(nextNews(stream)).isEqualTo("notifications/tools/list_changed");

      assertThat(client.wire().call("resources/subscribe", uri).response())
          .contains("\"result\":{}");
      client.text("touch_watched_resource", "{}");
      assertThat(nextNews(stream)).isEqualTo("notifications/resources/updated");

      client.wire().call("resources/unsubscribe", uri);
      client.text("test_trigger_prompt_change", "{}");
      assertThat(nextNews(stream)).isEqualTo("notifications/prompts/list_changed");
    }
  }

  private static String nextNews(WireExchange stream) throws Exception {
    WireEvent event = next(stream);
    assertThat(event.data()).doesNotContain("subscriptionId");
    return ToolClient.member(event.data(), "method");
  }

  @Test
  void theOfficialJavaSdkIsServedAsByAnyServer() throws Exception {
    var progress = new ConcurrentLinkedQueue<String>();
    var changed = new CountDownLatch(1);
    var transport =
        HttpClientStreamableHttpTransport.builder(gateway.url("")).endpoint("/mcp/auto").build();
    var client =
        McpClient.sync(transport)
            .requestTimeout(Patience.LIMIT)
            .initializationTimeout(Patience.LIMIT)
            .capabilities(ClientCapabilities.builder().sampling().elicitation().build())
            .sampling(
                question ->
                    CreateMessageResult.builder(Role.ASSISTANT, "the model says 42", "m").build())
            .elicitation(
                question ->
                    ElicitResult.builder(ElicitResult.Action.ACCEPT)
                        .content(Map.of("username", "Ada"))
                        .build())
            .progressConsumer(step -> progress.add(String.valueOf(step.progressToken())))
            .toolsChangeConsumer(tools -> changed.countDown())
            .build();
    try {
      assertThat(client.initialize().serverInfo().name()).isEqualTo("weir-fixture");
      assertThat(client.listTools().tools().stream().map(Tool::name)).contains("echo");
      assertThat(text(client.callTool(call("echo", Map.of("message", "grüße ✓")).build())))
          .isEqualTo("Echo: grüße ✓");
      assertThat(text(client.callTool(call("test_sampling", Map.of("prompt", "What?")).build())))
          .contains("the model says 42");
      assertThat(text(client.callTool(call("test_elicitation", Map.of("message", "Who?")).build())))
          .contains("accept", "Ada");
      client.callTool(call("test_tool_with_progress", Map.of()).progressToken("mine").build());
      await().until(() -> progress.size() == 3);
      await()
          .until(
              () -> {
                client.callTool(call("test_trigger_tool_change", Map.of()).build());
                return changed.getCount() == 0;
              });
    } finally {
      client.closeGracefully();
    }
  }

  private static CallToolRequest.Builder call(String tool, Map<String, Object> arguments) {
    return CallToolRequest.builder(tool).arguments(arguments);
  }

  private static String text(CallToolResult result) {
    return ((TextContent) result.content().getFirst()).text();
  }

  @Test
  void aCallThatIsCancelledIsBrokenOffAtTheServer() throws Exception {
    var begun = new CountDownLatch(1);
    var closed = new CountDownLatch(1);
    try (var server =
            ScriptedServer.answering(
                (request, peer) -> {
                  if (request.body().contains("\"forever\"")) {
                    begun.countDown();
                    peer.awaitClose();
                    closed.countDown();
                  } else {
                    discover(request, peer);
                  }
                });
        var own = serving(server);
        var client = ToolClient.open(own.url("/mcp/own"));
        var call = begin(client, "forever", "{}")) {
      begun.await();
      client.wire().notify("notifications/cancelled", "{\"requestId\":2}");
      closed.await();
      assertThat(call.reply().messages()).isEmpty();
    }
  }

  @Test
  void aClientThatLeavesHasNotCancelledSoItsCallGoesOn() throws Exception {
    var begun = new CountDownLatch(1);
    var finish = new CountDownLatch(1);
    var answered = new CountDownLatch(1);
    try (var server =
            ScriptedServer.answering(
                (request, peer) -> {
                  if (request.body().contains("\"slow\"")) {
                    begun.countDown();
                    finish.await();
                    answer(request, peer, "{\"resultType\":\"complete\",\"content\":[]}");
                    answered.countDown();
                  } else {
                    discover(request, peer);
                  }
                });
        var own = serving(server);
        var client = ToolClient.open(own.url("/mcp/own"))) {
      try (var call = begin(client, "slow", "{}")) {
        begun.await();
        call.reset();
      }
      client.wire().call("ping", null);
      finish.countDown();
      answered.await();
      String calls =
          "weir_upstream_requests_seconds_count"
              + "{method=\"tools/call\",outcome=\"ok\",upstream=\"own\"}";
      await().until(() -> own.metric(calls) == 1);
    }
  }

  @Test
  void aServerThatChangesItsEraKeepsItsClients() throws Exception {
    var isModern = new AtomicBoolean(true);
    try (var server =
            ScriptedServer.answering(
                (request, peer) -> {
                  boolean modern = request.header("Mcp-Method") != null;
                  if (request.body().contains("notifications/")) {
                    peer.answer(202, "", "");
                  } else if (modern != isModern.get()) {
                    peer.answer(400, "", "");
                  } else if (request.body().contains("tools/call")) {
                    answer(request, peer, "{\"modern\":\"" + modern + "\"}");
                  } else {
                    answer(
                        request,
                        peer,
                        "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{},"
                            + "\"protocolVersion\":\"2025-11-25\",\"serverInfo\":{}}");
                  }
                });
        var own = serving(server);
        var client = ToolClient.open(own.url("/mcp/own"))) {
      assertThat(client.call("t", "{}").response()).contains("\"modern\":\"true\"");
      isModern.set(false);
      assertThat(client.call("t", "{}").response()).contains("\"modern\":\"false\"");
    }
  }

  private static TestGateway serving(ScriptedServer server) throws Exception {
    return TestGateway.serving("upstreams: { own: { url: \"" + server.uri("/mcp") + "\" } }");
  }

  private static void discover(Request request, Peer peer) throws Exception {
    if (request.header("Mcp-Method") == null) {
      peer.answer(400, "", "");
      return;
    }
    answer(
        request,
        peer,
        "{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{}}");
  }

  private static void answer(Request request, Peer peer, String result) throws Exception {
    String id = id(request.body());
    peer.answer(
        200,
        "Content-Type: application/json\r\n",
        "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + result + "}");
  }
}
