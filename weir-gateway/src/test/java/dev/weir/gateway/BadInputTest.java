package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong is answered for that request alone: the session goes on. */
@Timeout(300)
class BadInputTest {
  private static TestGateway gateway;

  @BeforeAll
  static void serve() throws IOException {
    gateway =
        TestGateway.serving(
            "limits: { request-body: 64KiB }\nupstreams:\n"
                + upstream("counter")
                + upstream("noisy", "--noise")
                + upstream("failing", "--exit")
                + "  missing: { command: [no-such-program-anywhere, stdio] }\n"
                + "  refused: { url: \"http://127.0.0.1:9/mcp\", connect-timeout: 1s }\n");
  }

  private static String upstream(String name, String... flags) {
    return "  "
        + name
        + ": { command: "
        + TestGateway.yamlList(Peers.counter(flags))
        + ", stop-grace: 300ms }\n";
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static WireClient.Reply post(ToolClient client, String body, Map<String, String> headers)
      throws IOException {
    return client.wire().post(body, headers);
  }

  private static void goesOn(ToolClient client) throws IOException {
    assertThat(ToolClient.member(client.text("incr", "{}"), "count")).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"jsonrpc\":\"2.0\",\"id\":1,         | -32700",
        "not json at all                        | -32700",
        "''                                     | -32700",
        "{\"jsonrpc\":\"2.0\",\"id\":7}         | -32600",
        "{\"id\":7,\"method\":\"ping\"}         | -32600",
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"} | -32600",
        "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}   | -32600",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}           | -32600",
        "[]                                     | -32600",
        "17                                     | -32600",
      })
  void malformedJsonGets400WithItsJsonRpcError(String body, String code) throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/counter"))) {
      WireClient.Reply reply = post(client, body, Map.of());
      assertThat(reply.status()).isEqualTo(400);
      assertThat(ToolClient.member(reply.body(), "error", "code")).isEqualTo(code);
      goesOn(client);
    }
  }

  @Test
  void deepNestingGets400() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/counter"))) {
      String deep =
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"a\":"
              + "[".repeat(5000)
              + "]".repeat(5000)
              + "}}";
      assertThat(post(client, deep, Map.of()).status()).isEqualTo(400);
      goesOn(client);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"2024-11-05", "2025-06-18", "2025-11-25"})
  void aBatchGets400WhereTheVersionHasNone(String version) throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/counter"), version, "{}")) {
      WireClient.Reply reply =
          post(client, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", Map.of());
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.body()).contains("batches exist in protocol version 2025-03-26 only");
      goesOn(client);
    }
  }

  @Test
  void aBatchIsAnsweredWholeWhereTheVersionHasIt() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/counter"), "2025-03-26", "{}")) {
      WireClient.Reply reply =
          post(
              client,
              """
              [{"jsonrpc":"2.0","id":"a","method":"ping"},
              {"jsonrpc":"2.0","method":"notifications/roots/list_changed"},
              {"jsonrpc":"2.0","id":"b","method":"tools/list"}]""",
              Map.of());
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.messages()).hasSize(2);
      assertThat(reply.messages()).anyMatch(m -> m.contains("\"a\""));
      assertThat(reply.messages()).anyMatch(m -> m.contains("\"b\"") && m.contains("incr"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nobody-knows-this", "", "../../etc/passwd"})
  void anUnknownOrMissingSessionIsToldApart(String session) throws Exception {
    try (var client = ToolClient.in(gateway.url("/mcp/counter"), session)) {
      WireClient.Reply reply = client.wire().call("tools/list", null);
      assertThat(reply.status()).isEqualTo(session.isEmpty() ? 400 : 404);
      assertThat(client.wire().notify("notifications/initialized", null).status())
          .isEqualTo(session.isEmpty() ? 400 : 404);
    }
  }

  @Test
  void aVersionHeaderThatNobodySpeaksGets400() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/counter"))) {
      String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
      WireClient.Reply reply = post(client, ping, Map.of("MCP-Protocol-Version", "1999-01-01"));
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.body()).contains("1999-01-01");
      assertThat(post(client, ping, Map.of("MCP-Protocol-Version", "")).status()).isEqualTo(200);
      goesOn(client);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Origin, http://evil.example.com, 403",
    "Host, evil.example.com, 403",
    "Accept, application/json, 406",
    "Accept, text/event-stream, 406",
    "Content-Type, text/plain, 415",
    "Accept, */*, 200",
    "Origin, http://localhost:6274, 200",
    "Content-Type, application/json; charset=utf-8, 200"
  })
  void aHeadThatIsNotAllowedIsRefusedByItsStatus(String name, String value, int status)
      throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/counter"))) {
      String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
      assertThat(post(client, ping, Map.of(name, value)).status()).isEqualTo(status);
      goesOn(client);
    }
  }

  @Test
  void anOversizedBodyGets413() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/counter"))) {
      String large =
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"x\":\""
              + "x".repeat(100_000)
              + "\"}}";
      assertThat(post(client, large, Map.of()).status()).isEqualTo(413);
      goesOn(client);
    }
  }

  @Test
  void aRequestIdInUseGets400AndTheFirstRequestIsStillAnswered() throws Exception {
    String url = gateway.url("/mcp/counter");
    try (var client = ToolClient.open(url, "2025-11-25", "{\"sampling\":{}}")) {
      String asks =
          "{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"tools/call\",\"params\":"
              + ToolClient.params("ask", "{}")
              + "}";
      try (var first = client.wire().send("POST", Map.of(), asks, "77")) {
        String question = first.nextMessage(Patience.LIMIT);
        WireClient.Reply second =
            post(client, "{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"ping\"}", Map.of());
        assertThat(second.status()).isEqualTo(400);
        assertThat(second.body()).contains("in use");
        client.wire().answer(ToolClient.member(question, "id"), ToolClient.sampled("me"));
        assertThat(ToolClient.textOf(first.reply().response())).isEqualTo("me");
      }
    }
  }

  @Test
  void aCommandThatDoesNotExistIsNamedInA503() throws Exception {
    WireClient.Reply reply = initialize("/mcp/missing");
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.header("Retry-After")).isNotNull();
    assertThat(ToolClient.member(reply.body(), "error", "message"))
        .contains("upstream \"missing\"")
        .contains("no-such-program-anywhere");
    assertThat(ToolClient.member(reply.body(), "id")).isEqualTo("1");
  }

  @Test
  void aServerThatNobodyRunsIsNamedInA503() throws Exception {
    WireClient.Reply reply = initialize("/mcp/refused");
    assertThat(reply.status()).isEqualTo(503);
    assertThat(ToolClient.member(reply.body(), "error", "message"))
        .contains("upstream \"refused\"")
        .containsIgnoringCase("refused");
  }

  @Test
  void aProgramThatExitsAtOnceIsToldWithItsLastWords() throws Exception {
    WireClient.Reply reply = initialize("/mcp/failing");
    String error = reply.messages().getFirst();
    assertThat(ToolClient.member(error, "error", "message"))
        .contains("upstream \"failing\"")
        .contains("1");
    assertThat(initialize("/mcp/counter").status()).isEqualTo(200);
  }

  private static WireClient.Reply initialize(String path) throws IOException {
    try (var client = new WireClient(URI.create(gateway.url(path)))) {
      return client.open("2025-11-25", "{}");
    }
  }

  @Test
  void rubbishOnStdoutIsSkipped() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/noisy"))) {
      assertThat(client.text("rubbish", "{}")).isEqualTo("done");
      goesOn(client);
    }
  }

  @Test
  void aServerThatDiesInTheMiddleOfACallLeavesTheOutcomeUnknownAndTheSessionGoesOn()
      throws Exception {
    try (var victim = ToolClient.open(gateway.url("/mcp/counter"));
        var bystander = ToolClient.open(gateway.url("/mcp/counter"))) {
      goesOn(bystander);
      assertThat(victim.text("incr", "{}")).contains("\"count\":1");
      WireClient.Reply reply = victim.call("die", "{}");
      assertThat(reply.status()).isEqualTo(200);
      String error = reply.response();
      assertThat(ToolClient.member(error, "error", "data", "cause")).isEqualTo("outcome-unknown");
      assertThat(ToolClient.member(error, "error", "message"))
          .contains("upstream \"counter\"")
          .contains("tools/call")
          .contains("outcome unknown");
      assertThat(victim.text("incr", "{}")).as("a new process").contains("\"count\":1");
      goesOn(bystander);
    }
  }

  @Test
  void aPathThatIsNoRouteIsToldWhichThereAre() throws Exception {
    WireClient.Reply reply = initialize("/mcp/nobody");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.body()).contains("/mcp/counter").contains("/mcp/missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "PATCH"})
  void aMethodThatMeansNothingGets405(String method) throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/counter"));
        var exchange = client.wire().send(method, Map.of(), "{}", "")) {
      assertThat(exchange.status()).isEqualTo(405);
      assertThat(exchange.header("Allow")).contains("POST");
    }
  }
}
