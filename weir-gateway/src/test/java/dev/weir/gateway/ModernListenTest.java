package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.PeerServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a modern client hears of a legacy server outside of its requests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class ModernListenTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration SOON = Patience.LIMIT;
  private static final String SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";
  private static final String WATCHED = "test://watched-resource";

  private PeerServer fixture;
  private TestGateway gateway;

  @BeforeAll
  void start() throws Exception {
    fixture = Peers.legacyFixtureHttp();
    gateway =
        TestGateway.serving(
            """
            upstreams:
              http: { url: "%s" }
              stdio: { command: %s }
              counter: { command: %s }
            """
                .formatted(
                    fixture.url(),
                    TestGateway.yamlList(Peers.fixtureStdio()),
                    TestGateway.yamlList(Peers.counter())));
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

  private ModernClient client(String upstream) {
    return new ModernClient(gateway.url("/mcp/" + upstream));
  }

  private static String filter(String filter, String handle) {
    return "{\"notifications\":%s,\"_meta\":{\"dev.weir/handle\":\"%s\"}}"
        .formatted(filter, handle);
  }

  private static JsonNode next(WireExchange stream) throws Exception {
    return JSON.readTree(stream.nextMessage(SOON));
  }

  private static void assertTagged(JsonNode message, String method, int id) {
    assertThat(message.path("method").asString()).as(message.toString()).isEqualTo(method);
    assertThat(message.path("params").path("_meta").path(SUBSCRIPTION).asInt()).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "stdio"})
  void whatChangesInAClientsSessionIsToldOnItsStreamAndNothingElse(String upstream)
      throws Exception {
    try (var client = client(upstream)) {
      String handle = ModernClient.handle(client.call("echo", "{\"message\":\"x\"}"));
      String filter =
          "{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"" + WATCHED + "\"],\"other\":1}";
      try (WireExchange stream = client.begin("subscriptions/listen", filter(filter, handle))) {
        JsonNode first = next(stream);
        assertTagged(first, "notifications/subscriptions/acknowledged", 2);
        assertThat(first.path("params").path("notifications").toString())
            .isEqualTo(
                "{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"" + WATCHED + "\"]}");
        assertThat(stream.header("X-Accel-Buffering")).isEqualTo("no");
        client.call("test_trigger_prompt_change", "{}", handle);
        client.call("test_trigger_tool_change", "{}", handle);
        assertTagged(next(stream), "notifications/tools/list_changed", 2);
        client.call("touch_watched_resource", "{}", handle);
        JsonNode update = next(stream);
        assertTagged(update, "notifications/resources/updated", 2);
        assertThat(update.path("params").path("uri").asString()).isEqualTo(WATCHED);
      }
      // With the stream the subscription has gone.
      await()
          .untilAsserted(
              () ->
                  assertThat(ModernClient.text(client.call("touch_watched_resource", "{}", handle)))
                      .isEqualTo("Not subscribed"));
    }
  }

  @Test
  void clientsWithoutAHandleHearThatAListChangedAndTheNextOneIsAskedForAnew(@TempDir Path folder)
      throws Exception {
    Path touched = Files.writeString(folder.resolve("touched"), "1");
    try (var changing =
            TestGateway.serving(
                "upstreams:\n  changing: { command: %s, standby: { max: 0 } }\n"
                    .formatted(TestGateway.yamlList(Peers.changing(touched))));
        var client = new ModernClient(changing.url("/mcp/changing"));
        var another = new ModernClient(changing.url("/mcp/changing"));
        WireExchange tools =
            client.begin(
                "subscriptions/listen", "{\"notifications\":{\"toolsListChanged\":true}}");
        WireExchange prompts =
            another.begin(
                "subscriptions/listen", "{\"notifications\":{\"promptsListChanged\":true}}")) {
      assertTagged(next(tools), "notifications/subscriptions/acknowledged", 1);
      assertTagged(next(prompts), "notifications/subscriptions/acknowledged", 1);
      assertThat(tool(client)).isEqualTo("tool-1");
      Files.writeString(touched, "2");
      assertTagged(next(tools), "notifications/tools/list_changed", 1);
      assertThat(tool(client)).isEqualTo("tool-2");
      // Each hears what it asked for: the tools were said to have changed before the prompts.
      assertTagged(next(prompts), "notifications/prompts/list_changed", 1);
      assertThat(changing.metric("weir_sessions")).isEqualTo(1);
    }
  }

  private static String tool(ModernClient client) throws Exception {
    return client.result("tools/list", "{}").path("tools").path(0).path("name").asString();
  }

  @Test
  void whatTheServerCannotTellIsLeftOutOfTheAcknowledgement() throws Exception {
    try (var client = client("counter");
        WireExchange stream =
            client.begin(
                "subscriptions/listen",
                "{\"notifications\":{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"x:y\"]}}")) {
      JsonNode first = next(stream);
      assertTagged(first, "notifications/subscriptions/acknowledged", 1);
      assertThat(first.path("params").path("notifications").toString()).isEqualTo("{}");
    }
  }

  @Test
  void aFilterThatIsNoneIsRefused() throws Exception {
    try (var client = client("counter")) {
      for (String wrong :
          new String[] {
            "{}", "{\"notifications\":[]}", "{\"notifications\":{\"resourceSubscriptions\":[1]}}"
          }) {
        assertThat(client.error("subscriptions/listen", wrong).path("code").asInt())
            .isEqualTo(-32602);
      }
    }
  }

  @Test
  void aSubscriptionWithoutAHandleHasASessionThatEndsWithItsClient() throws Exception {
    try (var own =
            TestGateway.serving(
                "upstreams:\n  stdio: { command: %s, standby: { max: 0 } }\n"
                    .formatted(TestGateway.yamlList(Peers.fixtureStdio())));
        var client = new ModernClient(own.url("/mcp/stdio"))) {
      WireExchange stream =
          client.begin(
              "subscriptions/listen",
              "{\"notifications\":{\"resourceSubscriptions\":[\"" + WATCHED + "\"]}}");
      assertTagged(next(stream), "notifications/subscriptions/acknowledged", 1);
      assertThat(own.metric("weir_sessions")).isEqualTo(1);
      stream.close();
      await().until(() -> own.metric("weir_sessions") == 0);
    }
  }

  @Test
  void aStreamEndsWithAResultWhenTheGatewayShutsDown() throws Exception {
    try (var own = TestGateway.serving("")) {
      try (var mine = new ModernClient(own.url("/mcp/demo"));
          WireExchange stream =
              mine.begin(
                  "subscriptions/listen", "{\"notifications\":{\"toolsListChanged\":true}}")) {
        next(stream);
        own.gateway().drainAndClose(Duration.ofSeconds(5));
        JsonNode last = next(stream);
        assertThat(last.path("id").asInt()).isEqualTo(1);
        assertThat(last.path("result").path("resultType").asString()).isEqualTo("complete");
        assertThat(last.path("result").path("_meta").path(SUBSCRIPTION).asInt()).isEqualTo(1);
      }
    }
  }
}
