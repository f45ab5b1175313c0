package dev.weir.gateway;

import static dev.weir.gateway.ManyUpstreams.result;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.ListingServer;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** What an aggregate shows of its upstreams, and that none of them holds up the others. */
@Timeout(120)
class AggregateViewTest {
  private ListingServer one;
  private ListingServer two;

  @BeforeEach
  void start() throws IOException {
    one = new ListingServer("one", "read", "write", "drop_all");
    two = new ListingServer("two", "read", "find");
  }

  @AfterEach
  void stop() {
    one.close();
    two.close();
  }

  private TestGateway serving(String aggregates) throws IOException {
    return TestGateway.serving(
        "upstreams: { one: { url: \"%s\" }, two: { url: \"%s\" } }\naggregates:\n%s"
            .formatted(one.url(), two.url(), aggregates.indent(2)));
  }

  private static List<String> names(JsonNode list) {
    return list.valueStream().map(element -> element.path("name").asString()).toList();
  }

  private static JsonNode tools(ToolClient client) throws IOException {
    return result(client.wire().call("tools/list", null));
  }

  private static List<String> shown(ToolClient client) throws IOException {
    return names(tools(client).path("tools"));
  }

  @Test
  void chosenUpstreamsStandUnderARouteOfTheirOwnAsTheOperatorWantsThem() throws Exception {
    String work =
        """
        work:
          members:
            two: { prefix: "2." }
            one:
              prefix: ""
              tools: { deny: ["drop_*"], rename: { write: put } }
              resources: { deny: ["secret:*"] }
        two-only: { members: { two: { tools: { allow: [f*] } } } }
        """;
    try (var gateway = serving(work);
        var client = ToolClient.open(gateway.url("/mcp/work"));
        var other = ToolClient.open(gateway.url("/mcp/two-only"));
        var all = ToolClient.open(gateway.url("/mcp"))) {
      assertThat(shown(client)).containsExactly("2.read", "2.find", "read", "put");
      assertThat(shown(other)).containsExactly("two__find");
      assertThat(shown(all))
          .containsExactly("one__read", "one__write", "one__drop_all", "two__read", "two__find");

      assertThat(client.text("2.read", "{}")).isEqualTo("two:read");
      assertThat(client.text("read", "{}")).isEqualTo("one:read");
      assertThat(client.text("put", "{}")).isEqualTo("one:write");
      for (String hidden : List.of("drop_all", "write")) {
        assertThat(client.call(hidden, "{}").response()).contains("unknown name: " + hidden);
      }
      assertThat(other.call("two__read", "{}").response()).contains("unknown name");

      assertThat(client.wire().call("resources/list", null).response())
          .contains("open://one", "secret://two")
          .doesNotContain("secret://one");
      assertThat(client.wire().call("resources/read", "{\"uri\":\"open://one\"}").response())
          .contains("\"text\":\"one\"");
      assertThat(client.wire().call("resources/read", "{\"uri\":\"secret://one\"}").response())
          .doesNotContain("\"text\":\"one\"");
    }
  }

  @Test
  void ofTwoThatHaveTheSameNameTheFirstIsShownAndCalled() throws Exception {
    String bare =
        "bare: { members: { one: { prefix: \"\", tools: { deny: [read] } }, two: { prefix: \"\" } } }";
    try (var gateway =
            serving(
                bare + "\nboth: { members: { two: { prefix: \"\" }, one: { prefix: \"\" } } }");
        var client = ToolClient.open(gateway.url("/mcp/bare"));
        var both = ToolClient.open(gateway.url("/mcp/both"))) {
      assertThat(client.text("find", "{}")).as("without having listed").isEqualTo("two:find");
      assertThat(client.text("read", "{}")).isEqualTo("two:read");
      assertThat(client.text("write", "{}")).isEqualTo("one:write");
      assertThat(both.text("read", "{}")).isEqualTo("two:read");
      assertThat(shown(both)).containsExactly("read", "find", "write", "drop_all");
    }
  }

  @Test
  void aLongListComesInPagesThatGoOnWhereTheLastOneEnded() throws Exception {
    try (var gateway = serving("all: { page-size: 2 }");
        var client = ToolClient.open(gateway.url("/mcp"))) {
      List<String> all = new ArrayList<>();
      String params = null;
      do {
        JsonNode page = result(client.wire().call("tools/list", params));
        all.addAll(names(page.path("tools")));
        if (all.size() == 2) {
          one.has("first", "read", "write", "drop_all"); // everything moves by one
        }
        params = page.has("nextCursor") ? "{\"cursor\":" + page.get("nextCursor") + "}" : null;
      } while (params != null);
      assertThat(all)
          .containsExactly("one__read", "one__write", "one__drop_all", "two__read", "two__find");
      assertThat(client.wire().call("tools/list", "{\"cursor\":\"nonsense\"}").response())
          .contains("-32602", "cursor");
    }
  }

  @Test
  void anUpstreamThatIsSlowWithItsListIsShownAsLastKnownAndTheClientHearsOfChanges()
      throws Exception {
    try (var gateway = serving("all: { patience: 100ms }");
        var client = ToolClient.open(gateway.url("/mcp"));
        WireExchange stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      assertThat(shown(client)).hasSize(5);
      two.hold("tools/list");
      two.has("read", "find", "new");
      JsonNode late = tools(client);
      assertThat(names(late.path("tools")))
          .containsExactly("one__read", "one__write", "one__drop_all", "two__read", "two__find");
      JsonNode stale = late.path("tools").path(3);
      assertThat(stale.path("_meta").path("dev.weir/stale").isString()).isTrue();
      assertThat(late.path("tools").path(0).has("_meta")).isFalse();
      assertThat(late.path("_meta").path("dev.weir/upstreams").path("two").asString())
          .contains("no answer within 0.1 s; as it was at ");
      two.release();
      assertThat(stream.nextMessage(Patience.LIMIT)).contains("notifications/tools/list_changed");
      assertThat(shown(client)).contains("two__new");
    }
  }

  @Test
  void anUpstreamThatIsBrokenIsLeftOutOfTheListWithAWord() throws Exception {
    try (var gateway = serving("all: { patience: 30s }");
        var client = ToolClient.open(gateway.url("/mcp"))) {
      two.breaks();
      JsonNode listed = tools(client);
      assertThat(names(listed.path("tools")))
          .containsExactly("one__read", "one__write", "one__drop_all");
      assertThat(listed.path("_meta").path("dev.weir/upstreams").path("two").asString())
          .contains("500")
          .endsWith("; left out");
      assertThat(client.text("one__read", "{}")).isEqualTo("one:read");
    }
  }

  @Test
  void anUpstreamThatIsSlowToShakeHandsJoinsLater() throws Exception {
    two.hold("initialize");
    try (var gateway = serving("all: { patience: 100ms }");
        var client = ToolClient.open(gateway.url("/mcp"));
        WireExchange stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      assertThat(shown(client)).containsExactly("one__read", "one__write", "one__drop_all");
      two.release();
      assertThat(stream.nextMessage(Patience.LIMIT)).contains("list_changed");
      assertThat(client.text("two__find", "{}")).isEqualTo("two:find");
      assertThat(shown(client)).hasSize(5);
    }
  }

  @Test
  void whatAnUpstreamToldOneSessionStandsInForItInTheNextUntilItAnswers() throws Exception {
    try (var gateway = serving("all: { patience: 100ms }");
        var first = ToolClient.open(gateway.url("/mcp"))) {
      assertThat(shown(first)).hasSize(5);
      two.hold("initialize");
      try (var second = ToolClient.open(gateway.url("/mcp"));
          var another = ToolClient.open(gateway.url("/mcp"), "2025-11-25", "{\"roots\":{}}")) {
        assertThat(shown(second)).contains("two__read", "two__find");
        assertThat(shown(another))
            .as("a client that declares something else may be shown something else")
            .doesNotContain("two__read");
        two.release();
        assertThat(second.text("two__find", "{}")).isEqualTo("two:find");
        await().until(() -> shown(another).contains("two__find"));
      }
    }
  }

  @Test
  void whatASessionSeesAfterItsFirstCallIsKeptForNobodyElse() throws Exception {
    try (var gateway = serving("all: { patience: 100ms }");
        var first = ToolClient.open(gateway.url("/mcp"))) {
      assertThat(shown(first)).contains("two__find");
      assertThat(first.text("two__find", "{}")).isEqualTo("two:find");
      two.has("mine");
      assertThat(shown(first)).contains("two__mine");
      two.hold("tools/list");
      try (var second = ToolClient.open(gateway.url("/mcp"))) {
        assertThat(shown(second)).contains("two__find").doesNotContain("two__mine");
      }
    }
  }
}
