package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.mcp.kit.WireClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a legacy server's errors are to a modern client: the table of {@code docs/bridge.md}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class ModernErrorsTest {
  private static final JsonMapper JSON = new JsonMapper();

  private TestGateway gateway;

  @BeforeAll
  void start() throws Exception {
    gateway =
        TestGateway.serving(
            """
            upstreams:
              erring: { command: %s }
              dead: { command: [sh, -c, "exit 3"], start-timeout: 5s }
              full: { command: %s, max-sessions: 1 }
              deaf: { url: "http://127.0.0.1:1/mcp" }
            """
                .formatted(
                    TestGateway.yamlList(Peers.erring()), TestGateway.yamlList(Peers.counter())));
  }

  @AfterAll
  void stop() {
    if (gateway != null) {
      gateway.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-32002, 200, -32602",
    "-32601, 404, -32601",
    "-32602, 200, -32602",
    "-32603, 200, -32603",
    "-32020, 200, -32603",
    "-32021, 200, -32603",
    "-32042, 200, -32603",
    "-32099, 200, -32603",
    "-32000, 200, -32000",
    "-32019, 200, -32019",
    "-32100, 200, -32100",
    "1234, 200, 1234"
  })
  void anErrorOfTheServerIsWhatItIsInTheModernEra(int legacy, int status, int modern)
      throws Exception {
    try (var client = new ModernClient(gateway.url("/mcp/erring"))) {
      String arguments = "{\"code\":%d,\"message\":\"why\",\"data\":{\"x\":1}}".formatted(legacy);
      WireClient.Reply reply =
          client.send("tools/call", ModernClient.params("any", arguments, null));
      assertThat(reply.status()).as(reply.toString()).isEqualTo(status);
      JsonNode error = JSON.readTree(reply.response()).path("error");
      assertThat(error.path("code").asInt()).isEqualTo(modern);
      assertThat(error.path("message").asString()).isEqualTo("why");
      assertThat(error.path("data").toString()).isEqualTo("{\"x\":1}");
    }
  }

  @Test
  void aResourceThatIsNotThereIsAWrongParameter() throws Exception {
    try (var client = new ModernClient(gateway.url("/mcp/erring"))) {
      JsonNode error = client.error("resources/read", "{\"uri\":\"error:-32002\"}");
      assertThat(error.path("code").asInt()).isEqualTo(-32602);
      assertThat(error.path("data").path("uri").asString()).isEqualTo("error:-32002");
    }
  }

  @ParameterizedTest
  @CsvSource({"dead", "deaf"})
  void aServerThatCannotBeReachedIsUnavailable(String upstream) throws Exception {
    try (var client = new ModernClient(gateway.url("/mcp/" + upstream))) {
      WireClient.Reply reply = client.send("tools/call", ModernClient.params("any", "{}", null));
      assertThat(reply.status()).as(reply.toString()).isEqualTo(503);
      JsonNode error = JSON.readTree(reply.response()).path("error");
      assertThat(error.path("code").asInt()).isEqualTo(-32603);
      assertThat(error.path("data").path("cause").asString()).isEqualTo("unavailable");
    }
  }

  @Test
  void aLimitThatIsReachedIsToldWithTheTimeToComeBack() throws Exception {
    try (var client = new ModernClient(gateway.url("/mcp/full"))) {
      String handle = ModernClient.handle(client.call("incr", "{}"));
      WireClient.Reply reply = client.send("tools/call", ModernClient.params("incr", "{}", null));
      assertThat(reply.status()).as(reply.toString()).isEqualTo(503);
      assertThat(reply.header("Retry-After")).isNotNull();
      assertThat(reply.response()).contains("max-sessions 1").contains("\"busy\"");
      // Who has a session goes on in it.
      assertThat(ModernClient.text(client.call("incr", "{}", handle))).contains("\"count\":2");
    }
  }

  @Test
  void aCallThatMayHaveRunIsNotRunAgain() throws Exception {
    try (var counters =
            TestGateway.serving(
                "upstreams:\n  counter: { command: %s }\n"
                    .formatted(TestGateway.yamlList(Peers.counter())));
        var client = new ModernClient(counters.url("/mcp/counter"))) {
      JsonNode error = client.error("tools/call", ModernClient.params("die", "{}", null));
      assertThat(error.path("code").asInt()).isEqualTo(-32603);
      assertThat(error.path("data").path("cause").asString()).isEqualTo("outcome-unknown");
    }
  }
}
