package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.MoodyServer;
import dev.weir.gateway.kit.MortalHttpServer;
import dev.weir.gateway.kit.PairServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import java.time.Duration;
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
      // From now on it gives way to nobody.
      assertThat(ModernClient.text(client.call("incr", "{}", handle))).contains("\"count\":2");
      WireClient.Reply reply = client.send("tools/call", ModernClient.params("incr", "{}", null));
      assertThat(reply.status()).as(reply.toString()).isEqualTo(503);
      assertThat(reply.header("Retry-After")).isNotNull();
      assertThat(reply.response()).contains("max-sessions 1").contains("\"busy\"");
      // Who has a session goes on in it.
      assertThat(ModernClient.text(client.call("incr", "{}", handle))).contains("\"count\":3");
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

  @Test
  void aRefusalInWordsOfHttpIsToldAsOne() throws Exception {
    try (var moody = new MoodyServer("moody");
        var front =
            TestGateway.serving("upstreams: { moody: { url: \"%s\" } }".formatted(moody.url()));
        var client = new ModernClient(front.url("/mcp/moody"))) {
      String handle = ModernClient.handle(client.call("where", "{}"));
      moody.is(MoodyServer.Mood.STRICT);
      WireClient.Reply reply =
          client.send("tools/call", ModernClient.params("where", "{}", handle));
      assertThat(reply.status()).as(reply.toString()).isEqualTo(502);
      JsonNode error = JSON.readTree(reply.response()).path("error");
      assertThat(error.path("code").asInt()).isEqualTo(-32603);
      assertThat(error.path("message").asString()).contains("401");
      assertThat(error.path("data").path("cause").asString()).isEqualTo("rejected");
    }
  }

  @Test
  void aSessionThatIsLostAgainAndAgainIsLostForGood() throws Exception {
    try (var mortal = new MortalHttpServer();
        var front =
            TestGateway.serving(
                "upstreams: { mortal: { url: \"http://127.0.0.1:%d/mcp\" } }"
                    .formatted(mortal.port()));
        var client = new ModernClient(front.url("/mcp/mortal"))) {
      String handle = ModernClient.handle(client.call("incr", "{}"));
      for (int loss = 1; loss <= 3; loss++) {
        mortal.forget();
        assertThat(ModernClient.text(client.call("incr", "{}", handle))).isEqualTo("1");
      }
      mortal.forget();
      WireClient.Reply reply = client.send("tools/call", ModernClient.params("incr", "{}", handle));
      assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
      JsonNode error = JSON.readTree(reply.response()).path("error");
      assertThat(error.path("code").asInt()).isEqualTo(-32603);
      assertThat(error.path("data").path("cause").asString()).isEqualTo("session-lost");
    }
  }

  @Test
  void aGatewayThatShutsDownLetsNoNewRequestBegin() throws Exception {
    var server = new PairServer();
    try (var front = TestGateway.serving("", server);
        var client = new ModernClient(front.url("/mcp/pair"))) {
      Thread drain;
      try (WireExchange waiting =
          client.begin("tools/call", ModernClient.params("wait", "{}", null))) {
        await().until(() -> server.waiting() == 1);
        drain =
            Thread.startVirtualThread(
                () -> {
                  try {
                    front.gateway().drainAndClose(Duration.ofMinutes(1));
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
        await().until(() -> client.send("tools/list", "{}").status() == 503);
        WireClient.Reply reply = client.send("tools/list", "{}");
        assertThat(reply.header("Retry-After")).isNotNull();
        assertThat(reply.response()).contains("-32603", "\"busy\"", "shutting down");
      }
      drain.join();
    }
  }
}
