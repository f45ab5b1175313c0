package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
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

/** What a request of 2026-07-28 must be, and what one that is not gets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class ModernRequestsTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String ECHO = ModernClient.params("echo", "{\"message\":\"hi\"}", null);

  private TestGateway gateway;

  @BeforeAll
  void start() throws Exception {
    gateway = TestGateway.serving("");
  }

  @AfterAll
  void stop() {
    if (gateway != null) {
      gateway.close();
    }
  }

  private ModernClient client() {
    return new ModernClient(gateway.url("/mcp/demo"));
  }

  /** Sends a request whose head says something else. */
  private WireClient.Reply send(ModernClient client, String method, String params, String... head)
      throws Exception {
    Map<String, String> headers = new HashMap<>(ModernClient.headers(method, params));
    for (int i = 0; i < head.length; i += 2) {
      headers.put(head[i], head[i + 1]);
    }
    return client.wire().post(client.request("7", method, params), headers);
  }

  private static void assertFault(WireClient.Reply reply, int status, int code) {
    assertThat(reply.status()).as(reply.toString()).isEqualTo(status);
    JsonNode message = JSON.readTree(reply.response());
    assertThat(message.path("error").path("code").asInt()).as(reply.body()).isEqualTo(code);
    assertThat(message.path("id").asInt()).as(reply.body()).isEqualTo(7);
  }

  @Test
  void aCallIsAnsweredWithoutAHandshakeAndNoSessionIsNamed() throws Exception {
    try (var client = client()) {
      WireClient.Reply reply = send(client, "tools/call", ECHO, "Mcp-Session-Id", "whatever");
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.header("Content-Type")).isEqualTo("application/json");
      assertThat(reply.header("Mcp-Session-Id")).isNull();
      JsonNode result = JSON.readTree(reply.response()).path("result");
      assertThat(ModernClient.text(result)).isEqualTo("hi");
      assertThat(result.path("resultType").asString()).isEqualTo("complete");
      assertThat(
              result
                  .path("_meta")
                  .path("io.modelcontextprotocol/serverInfo")
                  .path("name")
                  .asString())
          .isEqualTo("weir-demo");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MCP-Protocol-Version, ''",
    "MCP-Protocol-Version, 2025-11-25",
    "Mcp-Method, ''",
    "Mcp-Method, tools/list",
    "Mcp-Method, TOOLS/CALL",
    "Mcp-Name, ''",
    "Mcp-Name, add",
    "Mcp-Name, =?base64?ZWNobw?=",
    "Mcp-Name, =?base64?ZW!obw==?=",
    "Mcp-Name, =?base64?/w==?=",
    "Mcp-Name, =?BASE64?ZWNobw==?="
  })
  void aHeadThatIsMissingOrSaysSomethingElseThanTheBodyIsRefused(String name, String value)
      throws Exception {
    try (var client = client()) {
      assertFault(send(client, "tools/call", ECHO, name, value), 400, -32020);
    }
  }

  @Test
  void aNameMayTravelInBase64() throws Exception {
    try (var client = client()) {
      String encoded = Base64.getEncoder().encodeToString("echo".getBytes(StandardCharsets.UTF_8));
      WireClient.Reply reply =
          send(client, "tools/call", ECHO, "Mcp-Name", "=?base64?" + encoded + "?=");
      assertThat(reply.status()).isEqualTo(200);
      // Neither form alone is an encoding.
      String literal = ModernClient.params("=?base64?" + encoded, "{}", null);
      assertThat(send(client, "tools/call", literal).response()).contains("no such tool");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"_meta\":{}}",
        "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}",
        "{\"_meta\":{\"io.modelcontextprotocol/clientCapabilities\":{}}}",
        "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":[]}}",
        "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{},"
            + "\"io.modelcontextprotocol/logLevel\":\"loud\"}}"
      })
  void aRequestThatDoesNotSayAllAboutItselfIsRefused(String params) throws Exception {
    try (var client = client()) {
      String body =
          "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\",\"params\":%s}"
              .formatted(params);
      assertFault(client.wire().post(body, ModernClient.headers("tools/list", "{}")), 400, -32602);
    }
  }

  @Test
  void whoTheClientIsMayBeLeftOut() throws Exception {
    try (var client = client()) {
      String body =
          client.request("7", "tools/list", "{}").replaceAll("\"[^\"]*clientInfo\":\\{.*?\\},", "");
      assertThat(body).doesNotContain("clientInfo");
      assertThat(client.wire().post(body, ModernClient.headers("tools/list", "{}")).status())
          .isEqualTo(200);
    }
  }

  @Test
  void aVersionThatIsNotSpokenIsRefusedWithThoseThatAre() throws Exception {
    try (var client = client()) {
      String body = client.request("7", "server/discover", "{}").replace("2026-07-28", "v999.0.0");
      Map<String, String> headers = ModernClient.headers("server/discover", "{}");
      headers.put("MCP-Protocol-Version", "v999.0.0");
      WireClient.Reply reply = client.wire().post(body, headers);
      assertFault(reply, 400, -32022);
      JsonNode data = JSON.readTree(reply.response()).path("error").path("data");
      assertThat(data.path("requested").asString()).isEqualTo("v999.0.0");
      assertThat(data.path("supported"))
          .isEqualTo(client.result("server/discover", "{}").path("supportedVersions"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
        "roots/list",
        "tasks/get",
        "unknown/method"
      })
  void whatTheModernEraDoesNotHaveIsAnUnknownMethod(String method) throws Exception {
    try (var client = client()) {
      assertFault(send(client, method, "{}"), 404, -32601);
    }
  }

  @Test
  void whatTheServerHasNotDeclaredIsAnUnknownMethod() throws Exception {
    try (var client = client()) {
      assertFault(send(client, "prompts/list", "{}"), 404, -32601);
    }
  }

  @Test
  void batchesResponsesAndTheOtherMethodsOfHttpAreRefused() throws Exception {
    try (var client = client()) {
      Map<String, String> head = ModernClient.headers("tools/list", "{}");
      String request = client.request("7", "tools/list", "{}");
      assertThat(client.wire().post("[" + request + "]", head).status()).isEqualTo(400);
      String response = "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}";
      assertThat(client.wire().post(response, head).status()).isEqualTo(400);
      for (String method : List.of("GET", "DELETE")) {
        try (var exchange = client.wire().send(method, head, null, "")) {
          assertThat(exchange.status()).isEqualTo(405);
          assertThat(exchange.header("Allow")).isEqualTo("POST");
        }
      }
      String notification = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/whatever\"}";
      head.put("Mcp-Method", "notifications/whatever");
      assertThat(client.wire().post(notification, head).status()).isEqualTo(202);
    }
  }

  @Test
  void aModernAndALegacyClientAreServedOnTheSamePath() throws Exception {
    try (var modern = client();
        var legacy = ToolClient.open(gateway.url("/mcp/demo"))) {
      assertThat(legacy.text("counter", "{}")).isEqualTo("1");
      JsonNode first = modern.call("counter", "{}");
      assertThat(ModernClient.text(first)).isEqualTo("1");
      assertThat(legacy.text("counter", "{}")).isEqualTo("2");
      assertThat(ModernClient.text(modern.call("counter", "{}", ModernClient.handle(first))))
          .isEqualTo("2");
      legacy.delete();
    }
  }

  @Test
  void whatTheServerCanDoIsToldWithoutAHandshake() throws Exception {
    try (var client = client()) {
      JsonNode result = client.result("server/discover", "{}");
      assertThat(result.path("supportedVersions").valueStream().map(JsonNode::asString))
          .containsExactly("2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05");
      assertThat(result.path("capabilities").has("tools")).isTrue();
      assertThat(result.path("instructions").asString()).contains("Try echo");
      assertThat(result.path("ttlMs").asLong()).isPositive();
      assertThat(result.path("cacheScope").asString()).isEqualTo("private");
      assertThat(result.path("resultType").asString()).isEqualTo("complete");
    }
  }
}
