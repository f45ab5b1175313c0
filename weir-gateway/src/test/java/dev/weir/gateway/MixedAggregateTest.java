package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.PairServer;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One route in front of a server of each era: what clients of either era can do there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class MixedAggregateTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String ASKABLE = "{\"sampling\":{}}";

  private final PairServer server = new PairServer();
  private TestGateway behind;
  private TestGateway gateway;

  @BeforeAll
  void start() throws IOException {
    behind = TestGateway.serving("modern: { list-ttl: 5s }", server);
    gateway =
        TestGateway.serving(
            """
            upstreams:
              old: { url: "%1$s", era: legacy }
              new: { url: "%1$s", era: modern }
            """
                .formatted(behind.url("/mcp/pair")));
  }

  @AfterAll
  void stop() {
    for (TestGateway one : new TestGateway[] {gateway, behind}) {
      if (one != null) {
        one.close();
      }
    }
  }

  private ModernClient modern() {
    return new ModernClient(gateway.url("/mcp"), ASKABLE);
  }

  private static JsonNode next(WireExchange stream) throws IOException {
    return JSON.readTree(stream.nextMessage(Patience.LIMIT));
  }

  @Test
  void aModernClientFindsTheToolsOfBothAndHowLongTheListHolds() throws Exception {
    try (var client = modern()) {
      JsonNode discovered = client.result("server/discover", "{}");
      assertThat(discovered.path("capabilities").propertyNames())
          .containsExactlyInAnyOrder("tools", "resources");
      assertThat(discovered.path("ttlMs").asLong()).isPositive();
      JsonNode listed = client.result("tools/list", "{}");
      assertThat(listed.path("tools").valueStream().map(tool -> tool.path("name").asString()))
          .contains("old__mirror", "new__mirror");
      assertThat(listed.path("ttlMs").asLong(-1))
          .as("the gateway keeps lists for 30 s, and one of its members for 5 s")
          .isBetween(0L, 5_000L);
      assertThat(listed.path("cacheScope").asString()).isEqualTo("private");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"old", "new"})
  void argumentsAndProgressCrossAsTheyAre(String member) throws Exception {
    String call = "{\"name\":\"%s__%s\",\"arguments\":{\"n\":1.5},\"_meta\":{\"progressToken\":7}}";
    try (var client = modern()) {
      WireClient.Reply steps = client.send("tools/call", call.formatted(member, "steps"));
      assertThat(steps.others()).hasSize(3).allMatch(each -> each.contains("\"progressToken\":7"));
      WireClient.Reply mirrored = client.send("tools/call", call.formatted(member, "mirror"));
      assertThat(mirrored.response())
          .contains("\"structuredContent\":{\"n\":1.5}", "\"resultType\":\"complete\"");
    }
    try (var client = ToolClient.open(gateway.url("/mcp"))) {
      WireClient.Reply steps = client.wire().call("tools/call", call.formatted(member, "steps"));
      assertThat(steps.others()).hasSize(3).allMatch(each -> each.contains("\"progressToken\":7"));
    }
  }

  @Test
  void theirQuestionsAreRoundsOfAModernClientAndEachGetsItsOwnAnswer() throws Exception {
    try (var client = modern()) {
      List<JsonNode> asked = new ArrayList<>();
      List<String> calls = new ArrayList<>();
      for (String member : List.of("old", "new", "new", "old")) {
        String call = ModernClient.params(member + "__ask", "{}", null);
        calls.add(call);
        asked.add(client.result("tools/call", call));
      }
      for (int i = calls.size() - 1; i >= 0; i--) {
        JsonNode question = asked.get(i);
        assertThat(question.path("resultType").asString()).isEqualTo("input_required");
        String key = question.path("inputRequests").propertyNames().iterator().next();
        String answers = "{\"" + key + "\":" + ToolClient.sampled("answer " + i) + "}";
        String state = question.path("requestState").stringValue();
        JsonNode done =
            client.result("tools/call", ModernClient.answering(calls.get(i), answers, state));
        assertThat(done.path("structuredContent").toString()).contains("answer " + i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"old", "new"})
  void aLegacyClientIsAskedOnTheStreamOfItsCall(String member) throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp"), "2025-11-25", ASKABLE);
        WireExchange call =
            client.wire().begin("tools/call", ToolClient.params(member + "__ask", "{}"))) {
      JsonNode question = next(call);
      assertThat(question.path("method").asString()).isEqualTo("sampling/createMessage");
      client.wire().answer(question.path("id").toString(), ToolClient.sampled("me"));
      assertThat(next(call).path("result").path("structuredContent").toString()).contains("me");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"old", "new"})
  void whoClosesTheStreamHasCancelledAtTheMember(String member) throws Exception {
    int before = server.cancelled();
    try (var client = modern();
        WireExchange waiting =
            client.begin("tools/call", ModernClient.params(member + "__wait", "{}", null))) {
      await().until(() -> server.waiting() == 1);
      waiting.close();
      await().until(() -> server.cancelled() == before + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"old", "new"})
  void oneSubscriptionHearsOfListsAndResourcesOfAllMembers(String member) throws Exception {
    String wanted =
        "{\"notifications\":{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"%s\"]}}"
            .formatted(PairServer.RESOURCE);
    try (var client = modern();
        WireExchange stream = client.begin("subscriptions/listen", wanted)) {
      JsonNode acknowledged = next(stream);
      assertThat(acknowledged.path("params").path("notifications").toString())
          .isEqualTo(JSON.readTree(wanted).path("notifications").toString());
      client.call(member + "__tell", "{}");
      assertHeard(next(stream), "notifications/tools/list_changed");
      client.call(member + "__touch", "{}");
      JsonNode told = next(stream);
      while (told.path("method").asString().endsWith("list_changed")) {
        told = next(stream); // each member's word may come by itself
      }
      assertHeard(told, "notifications/resources/updated");
      assertThat(told.path("params").path("uri").asString()).isEqualTo(PairServer.RESOURCE);
    }
  }

  private static void assertHeard(JsonNode message, String method) {
    assertThat(message.path("method").asString()).isEqualTo(method);
    assertThat(message.path("params").path("_meta").propertyNames())
        .containsExactly("io.modelcontextprotocol/subscriptionId");
  }
}
