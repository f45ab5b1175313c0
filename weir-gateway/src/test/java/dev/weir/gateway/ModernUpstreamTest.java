package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.PeerServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireEvent;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

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
    gateway = TestGateway.serving("upstreams: { modern: { url: \"" + fixture.url() + "\" } }");
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

  private ToolClient open(String capabilities) throws Exception {
    return ToolClient.open(gateway.url("/mcp/modern"), "2025-11-25", capabilities);
  }

  private static WireEvent next(WireExchange exchange) throws Exception {
    return Objects.requireNonNull(exchange.nextEvent(Patience.LIMIT), "the stream has ended");
  }

  @Test
  void theServerItselfRefusesLegacyClients() throws Exception {
    try (var direct = new WireClient(java.net.URI.create(fixture.url()))) {
      assertThat(direct.open("2025-11-25", "{}").status()).isEqualTo(400);
    }
  }

  @Test
  void initializeIsAnsweredFromDiscovery() throws Exception {
    try (var client = new WireClient(java.net.URI.create(gateway.url("/mcp/modern")))) {
      WireClient.Reply reply = client.open("2025-06-18", "{}");
      System.err.println(reply);
      assertThat(ToolClient.member(reply.response(), "result", "protocolVersion"))
          .isEqualTo("2025-06-18");
      assertThat(ToolClient.member(reply.response(), "result", "serverInfo", "name"))
          .isEqualTo("weir-fixture");
    }
  }

  @Test
  void toolsAreListedAndCalled() throws Exception {
    try (var client = open("{}")) {
      WireClient.Reply list = client.wire().call("tools/list", "{}");
      System.err.println(list);
      assertThat(list.response()).contains("\"echo\"").doesNotContain("resultType", "ttlMs");
      assertThat(client.text("echo", "{\"message\":\"hi\"}")).isEqualTo("Echo: hi");
      assertThat(client.text("test_header_arguments", "{\"region\":\"süd\",\"priority\":7}"))
          .isEqualTo("Region süd");
    }
  }

  @Test
  void aToolThatWasNeverListedIsCalledWithItsFieldsAllTheSame() throws Exception {
    try (var client = open("{}")) {
      assertThat(client.text("test_header_arguments", "{\"region\":\"eu\",\"priority\":7}"))
          .isEqualTo("Region eu");
    }
  }

  @Test
  void aQuestionDuringACallReachesTheClientAndItsAnswerTheServer() throws Exception {
    try (var client = open(ALL)) {
      try (WireExchange call =
          client
              .wire()
              .begin("tools/call", ToolClient.params("input_required_result_multi_round", "{}"))) {
        System.err.println(call.reply());
      }
      try (WireExchange call =
          client
              .wire()
              .begin(
                  "tools/call",
                  ToolClient.params("test_input_required_result_multi_round", "{}"))) {
        List<String> seen = new ArrayList<>();
        for (String answer : List.of("{\"name\":\"Ada\"}", "{\"color\":\"blue\"}")) {
          WireEvent event = next(call);
          seen.add(String.valueOf(event));
          String id = "\"" + ToolClient.member(event.data(), "id") + "\"";
          client.wire().answer(id, "{\"action\":\"accept\",\"content\":" + answer + "}");
        }
        System.err.println(seen);
        assertThat(ToolClient.textOf(next(call).data()))
            .isEqualTo("Ada likes blue");
      }
    }
  }
}
