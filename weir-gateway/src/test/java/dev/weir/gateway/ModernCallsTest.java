package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls of modern clients on legacy servers: whose session they run in, and what comes back. */
@Timeout(300)
class ModernCallsTest {
  private static final JsonMapper JSON = new JsonMapper();

  private static TestGateway counters(String options) throws Exception {
    return TestGateway.serving(
        """
        upstreams:
          counter: { command: %s%s }
        """
            .formatted(TestGateway.yamlList(Peers.counter()), options));
  }

  /** A counter whose input is kept in a file. */
  private static String recorded(Path file) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "tee \"$0\" | \"$@\""));
    command.add(file.toString());
    command.addAll(Peers.counter());
    return TestGateway.yamlList(command);
  }

  private static JsonNode count(ModernClient client, String... handle) throws Exception {
    JsonNode result = client.call("incr", "{}", handle.length == 0 ? null : handle[0]);
    return JSON.readTree(ModernClient.text(result));
  }

  @Test
  void aCallThatBringsItsHandleBackGoesOnInTheSameProcessAndNoOther() throws Exception {
    try (var gateway = counters("");
        var client = new ModernClient(gateway.url("/mcp/counter"))) {
      JsonNode first = client.call("incr", "{}");
      String handle = ModernClient.handle(first);
      JsonNode before = JSON.readTree(ModernClient.text(first));
      JsonNode after = count(client, handle);
      assertThat(after.path("pid")).isEqualTo(before.path("pid"));
      assertThat(after.path("count").asInt()).isEqualTo(2);
      JsonNode other = count(client);
      assertThat(other.path("pid")).isNotEqualTo(before.path("pid"));
      assertThat(other.path("count").asInt()).isEqualTo(1);
    }
  }

  @Test
  void aHandleIsGoodOnItsOwnRouteOnlyAndAWrongOneNowhere() throws Exception {
    try (var gateway =
            TestGateway.serving(
                """
                upstreams:
                  counter: { command: %1$s }
                  twin: { command: %1$s }
                """
                    .formatted(TestGateway.yamlList(Peers.counter())));
        var client = new ModernClient(gateway.url("/mcp/counter"));
        var twin = new ModernClient(gateway.url("/mcp/twin"))) {
      String handle = ModernClient.handle(client.call("incr", "{}"));
      for (var wrong :
          List.of(
              twin.error("tools/call", ModernClient.params("incr", "{}", handle)),
              client.error("tools/call", ModernClient.params("incr", "{}", handle + "x")))) {
        assertThat(wrong.path("code").asInt()).isEqualTo(-32602);
        assertThat(wrong.path("data").path("cause").asString()).isEqualTo("unknown-handle");
      }
      assertThat(count(client, handle).path("count").asInt()).isEqualTo(2);
    }
  }

  @Test
  void aSessionWhoseHandleNobodyBringsBackEndsWithItsProcess() throws Exception {
    try (var gateway =
            TestGateway.serving(
                """
                modern: { idle-timeout: 500ms }
                upstreams:
                  counter: { command: %s, standby: { max: 0 } }
                """
                    .formatted(TestGateway.yamlList(Peers.counter())));
        var client = new ModernClient(gateway.url("/mcp/counter"))) {
      JsonNode first = client.call("incr", "{}");
      long pid = JSON.readTree(ModernClient.text(first)).path("pid").asLong();
      String kept = ModernClient.handle(client.call("incr", "{}"));
      assertThat(count(client, kept).path("count").asInt()).isEqualTo(2);
      await().until(() -> ProcessHandle.of(pid).isEmpty());
      assertThat(
              client
                  .error(
                      "tools/call", ModernClient.params("incr", "{}", ModernClient.handle(first)))
                  .path("data")
                  .path("cause")
                  .asString())
          .isEqualTo("unknown-handle");
      // The one that was brought back has the time that every client session has.
      assertThat(count(client, kept).path("count").asInt()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sessions: { max: 2 }              |
          sessions: { max-per-identity: 2 } |
          sessions: { max: 9 }              | , max-sessions: 2
          """)
  void whereThereIsNoPlaceSessionsGiveWayThatNobodyCameBackTo(
      String sessions, @Nullable String ofUpstream) throws Exception {
    try (var gateway =
            TestGateway.serving(
                """
                %s
                upstreams:
                  counter: { command: %s%s }
                """
                    .formatted(
                        sessions,
                        TestGateway.yamlList(Peers.counter()),
                        ofUpstream == null ? "" : ofUpstream));
        var client = new ModernClient(gateway.url("/mcp/counter"))) {
      String mine = ModernClient.handle(client.call("incr", "{}"));
      assertThat(count(client, mine).path("count").asInt()).isEqualTo(2);
      String last = "";
      for (int call = 0; call < 4; call++) {
        JsonNode result = client.call("incr", "{}");
        last = ModernClient.handle(result);
        assertThat(JSON.readTree(ModernClient.text(result)).path("count").asInt()).isEqualTo(1);
      }
      // Whose client came back is never ended for another.
      assertThat(count(client, mine).path("count").asInt()).isEqualTo(3);
      assertThat(count(client, last).path("count").asInt()).isEqualTo(2);
      JsonNode refused = client.error("tools/call", ModernClient.params("incr", "{}", null));
      assertThat(refused.path("data").path("cause").asString()).isEqualTo("busy");
    }
  }

  @Test
  void requestsThatOnlyAskCostOneProcessForAllAndTheListIsKept(@TempDir Path folder)
      throws Exception {
    Path heard = folder.resolve("heard.lines");
    try (var gateway =
            TestGateway.serving(
                "upstreams:\n  counter: { command: %s, standby: { max: 0 } }\n"
                    .formatted(recorded(heard)));
        var client = new ModernClient(gateway.url("/mcp/counter"));
        var another = new ModernClient(gateway.url("/mcp/counter"))) {
      JsonNode list = client.result("tools/list", "{}");
      assertThat(list.path("tools").valueStream().map(tool -> tool.path("name").asString()))
          .contains("incr", "sleep");
      assertThat(list.path("cacheScope").asString()).isEqualTo("private");
      long ttl = list.path("ttlMs").asLong();
      assertThat(ttl).isPositive();
      JsonNode again = another.result("tools/list", "{}");
      assertThat(again.path("ttlMs").asLong()).isBetween(0L, ttl);
      assertThat(again.path("tools")).isEqualTo(list.path("tools"));
      client.result("server/discover", "{}");
      assertThat(
              Files.readAllLines(heard).stream()
                  .filter(line -> line.contains("tools/list"))
                  .count())
          .isEqualTo(1);
      assertThat(gateway.metric("weir_sessions")).isEqualTo(1);
    }
  }

  @Test
  void clientsWhoMayShareAreCarriedByOneSession() throws Exception {
    try (var gateway = counters(", isolation: shared");
        var client = new ModernClient(gateway.url("/mcp/counter"));
        var another = new ModernClient(gateway.url("/mcp/counter"))) {
      JsonNode first = client.call("incr", "{}");
      assertThat(first.path("_meta").has("dev.weir/handle")).isFalse();
      assertThat(JSON.readTree(ModernClient.text(first)).path("count").asInt()).isEqualTo(1);
      assertThat(count(another).path("count").asInt()).isEqualTo(2);
      assertThat(client.result("tools/list", "{}").path("cacheScope").asString())
          .isEqualTo("public");
    }
  }

  @Test
  void clientsWithTheSameIdsAndTokensOnASharedSessionGetTheirOwn() throws Exception {
    try (var gateway = counters(", isolation: shared");
        var client = new ModernClient(gateway.url("/mcp/counter"));
        var another = new ModernClient(gateway.url("/mcp/counter"))) {
      String slow =
          "{\"name\":\"sleep\",\"arguments\":{\"ms\":450},\"_meta\":{\"progressToken\":\"t\"}}";
      String quick = "{\"name\":\"incr\",\"arguments\":{},\"_meta\":{\"progressToken\":\"t\"}}";
      try (WireExchange one = client.begin("tools/call", slow);
          WireExchange two = another.begin("tools/call", quick)) {
        WireClient.Reply mine = one.reply();
        assertThat(two.reply().others()).isEmpty();
        assertThat(mine.others()).isNotEmpty().allMatch(each -> each.contains("\"t\""));
        assertThat(ModernClient.text(JSON.readTree(mine.response()).path("result")))
            .isEqualTo("slept");
      }
    }
  }

  @Test
  void progressComesOnTheStreamOfItsRequestUnderTheClientsOwnToken() throws Exception {
    try (var gateway = counters("");
        var client = new ModernClient(gateway.url("/mcp/counter"));
        WireExchange call =
            client.begin(
                "tools/call",
                "{\"name\":\"sleep\",\"arguments\":{\"ms\":450},\"_meta\":{\"progressToken\":\"mine\"}}")) {
      WireClient.Reply reply = call.reply();
      assertThat(reply.header("X-Accel-Buffering")).isEqualTo("no");
      assertThat(reply.events()).isNotEmpty().allMatch(event -> event.id() == null);
      assertThat(reply.others())
          .isNotEmpty()
          .allMatch(message -> message.contains("notifications/progress"))
          .allMatch(message -> message.contains("\"mine\""));
    }
  }

  @Test
  void aClientThatClosesItsStreamHasCancelledTheCall(@TempDir Path folder) throws Exception {
    Path heard = folder.resolve("heard.lines");
    try (var gateway =
            TestGateway.serving(
                "upstreams:\n  counter: { command: %s, standby: { max: 0 } }\n"
                    .formatted(recorded(heard)));
        var client = new ModernClient(gateway.url("/mcp/counter"))) {
      WireExchange call =
          client.begin(
              "tools/call",
              "{\"name\":\"sleep\",\"arguments\":{\"ms\":60000},\"_meta\":{\"progressToken\":1}}");
      assertThat(call.nextMessage(Patience.LIMIT)).contains("notifications/progress");
      call.close();
      await()
          .untilAsserted(
              () -> assertThat(Files.readString(heard)).contains("notifications/cancelled"));
      await()
          .untilAsserted(
              () ->
                  assertThat(gateway.page("/api/v1/status"))
                      .contains("\"requestsInFlight\" : 0,\n  \"configuration\""));
    }
  }

  @Test
  void aClientThatClosesItsConnectionInSilenceHasCancelledTheCall(@TempDir Path folder)
      throws Exception {
    Path heard = folder.resolve("heard.lines");
    try (var gateway =
            TestGateway.serving(
                "upstreams:\n  counter: { command: %s, standby: { max: 0 } }\n"
                    .formatted(recorded(heard)));
        var client = new ModernClient(gateway.url("/mcp/counter"))) {
      WireExchange call =
          client.begin("tools/call", ModernClient.params("sleep", "{\"ms\":60000}", null));
      await().untilAsserted(() -> assertThat(Files.readString(heard)).contains("tools/call"));
      call.reset();
      await()
          .untilAsserted(
              () -> assertThat(Files.readString(heard)).contains("notifications/cancelled"));
    }
  }

  @Test
  void theServerIsToldTheClientsNameAndCapabilitiesButNotTheModernEras(@TempDir Path folder)
      throws Exception {
    Path heard = folder.resolve("heard.lines");
    try (var gateway =
            TestGateway.serving(
                "upstreams:\n  counter: { command: %s, standby: { max: 0 } }\n"
                    .formatted(recorded(heard)));
        var client =
            new ModernClient(
                gateway.url("/mcp/counter"),
                "{\"sampling\":{},\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}")) {
      client.call("incr", "{\"traceparent\":\"no\"}");
      List<String> lines = Files.readAllLines(heard);
      JsonNode initialize = JSON.readTree(lines.getFirst()).path("params");
      assertThat(initialize.path("clientInfo").path("name").asString()).isEqualTo("modern-client");
      assertThat(initialize.path("capabilities").toString()).isEqualTo("{\"sampling\":{}}");
      assertThat(initialize.path("protocolVersion").asString()).isEqualTo("2025-11-25");
      assertThat(lines.get(1)).contains("notifications/initialized");
      assertThat(lines.get(2)).contains("tools/call").doesNotContain("modelcontextprotocol");
    }
  }

  @Test
  void logMessagesComeOnlyToARequestThatAsksForThemAndOnlyThoseOfItsLevel() throws Exception {
    try (var fixture = Peers.legacyFixtureHttp();
        var gateway =
            TestGateway.serving(
                """
                upstreams:
                  http: { url: "%s" }
                  stdio: { command: %s }
                """
                    .formatted(fixture.url(), TestGateway.yamlList(Peers.fixtureStdio())))) {
      for (String upstream : List.of("http", "stdio")) {
        try (var client = new ModernClient(gateway.url("/mcp/" + upstream))) {
          assertThat(logs(client, null)).as(upstream).isEmpty();
          assertThat(logs(client, "info")).as(upstream).hasSize(3);
          assertThat(logs(client, "error")).as(upstream).isEmpty();
        }
      }
    }
  }

  private static List<String> logs(ModernClient client, @Nullable String level) throws Exception {
    String meta = level == null ? "{}" : "{\"io.modelcontextprotocol/logLevel\":\"" + level + "\"}";
    String params = "{\"name\":\"test_tool_with_logging\",\"arguments\":{},\"_meta\":" + meta + "}";
    return client.send("tools/call", params).others().stream()
        .filter(message -> message.contains("notifications/message"))
        .toList();
  }

  @Test
  void theMergedPathServesModernClientsToo() throws Exception {
    try (var fixture = Peers.legacyFixtureHttp();
        var gateway =
            TestGateway.serving(
                """
                upstreams:
                  counter: { command: %s }
                  fixture: { url: "%s" }
                """
                    .formatted(TestGateway.yamlList(Peers.counter()), fixture.url()));
        var client = new ModernClient(gateway.url("/mcp"))) {
      assertThat(
              client
                  .result("tools/list", "{}")
                  .path("tools")
                  .valueStream()
                  .map(tool -> tool.path("name").asString()))
          .contains("counter__incr", "fixture__echo");
      JsonNode first = client.call("counter__incr", "{}");
      JsonNode second = client.call("counter__incr", "{}", ModernClient.handle(first));
      assertThat(ModernClient.text(second)).contains("\"count\":2");
      JsonNode read = client.result("resources/read", "{\"uri\":\"test://static-text\"}");
      assertThat(read.path("contents").path(0).path("text").asString()).contains("static text");
      assertThat(read.path("ttlMs").asLong(-1)).isZero();
      assertThat(read.path("cacheScope").asString()).isEqualTo("private");
    }
  }
}
