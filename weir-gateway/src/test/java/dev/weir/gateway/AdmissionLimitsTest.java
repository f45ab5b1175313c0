package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.GatewayProcess;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** New sessions are refused before anything runs out, and what is open goes on. */
@Timeout(300)
class AdmissionLimitsTest {
  private static WireClient.Reply open(String url) throws Exception {
    try (var client = new WireClient(URI.create(url))) {
      return client.open("2025-11-25", "{}");
    }
  }

  private static void assertRefused(WireClient.Reply reply, String why) {
    assertThat(reply.status()).isEqualTo(503);
    assertThat(Integer.parseInt(String.valueOf(reply.header("Retry-After")))).isBetween(5, 10);
    assertThat(ToolClient.member(reply.body(), "error", "data", "cause")).isEqualTo("busy");
    assertThat(ToolClient.member(reply.body(), "error", "message")).contains(why);
  }

  private static String two(TestGateway far, String ofSmall) {
    String url = "url: \"" + far.url("/mcp/demo") + "\"";
    return "upstreams:\n  small: { " + url + ofSmall + " }\n  large: { " + url + " }\n";
  }

  @Test
  void anUpstreamThatIsFullRefusesAndTheOthersWork() throws Exception {
    try (var far = TestGateway.serving("");
        var gateway = TestGateway.serving(two(far, ", max-sessions: 1"));
        var first = ToolClient.open(gateway.url("/mcp/small"))) {
      assertRefused(open(gateway.url("/mcp/small")), "max-sessions 1");
      assertThat(first.text("counter", "{}")).isEqualTo("1");
      try (var other = ToolClient.open(gateway.url("/mcp/large"));
          var all = ToolClient.open(gateway.url("/mcp"))) {
        assertThat(other.text("counter", "{}")).isEqualTo("1");
        assertThat(all.text("large__counter", "{}")).isEqualTo("1");
        assertThat(all.wire().call("tools/list", null).body())
            .as("left out of what is merged")
            .doesNotContain("small__");
      }
      assertThat(gateway.metric("weir_refused_total{limit=\"upstream\"}")).isEqualTo(2);
      first.delete();
      await().until(() -> open(gateway.url("/mcp/small")).status() == 200);
    }
  }

  @Test
  void anIdentityThatHasAllItMayIsRefused() throws Exception {
    try (var gateway = TestGateway.serving("sessions: { max-per-identity: 1 }");
        var first = ToolClient.open(gateway.url("/mcp/demo"))) {
      assertRefused(open(gateway.url("/mcp")), "sessions.max-per-identity 1");
      assertThat(first.text("counter", "{}")).isEqualTo("1");
    }
  }

  @Test
  void aSessionKeepsItsPlaceWhenItsProcessDiesAndGivesItBackWhenItIsGivenUp() throws Exception {
    String yaml =
        "upstreams: { counter: { max-sessions: 1, standby: { max: 0 }, command: "
            + TestGateway.yamlList(Peers.counter())
            + " } }";
    try (var gateway = TestGateway.serving(yaml);
        var client = ToolClient.open(gateway.url("/mcp/counter"))) {
      client.call("die", "{}");
      assertRefused(open(gateway.url("/mcp/counter")), "max-sessions 1");
      assertThat(ToolClient.member(client.text("incr", "{}"), "count")).isEqualTo("1");
      await()
          .until(
              () -> {
                client.call("die", "{}");
                return open(gateway.url("/mcp/counter")).status() == 200;
              });
    }
  }

  @Test
  void aMemberThatIsGivenUpGivesItsPlaceBackWhileTheMergedSessionGoesOn() throws Exception {
    String yaml =
        "upstreams:\n  counter: { max-sessions: 1, standby: { max: 0 }, command: "
            + TestGateway.yamlList(Peers.counter())
            + " }\n  shell: { standby: { max: 0 }, command: "
            + TestGateway.yamlList(Peers.shell(""))
            + " }\n";
    try (var gateway = TestGateway.serving(yaml);
        var client = ToolClient.open(gateway.url("/mcp"))) {
      client.wire().call("tools/list", null);
      assertRefused(open(gateway.url("/mcp/counter")), "max-sessions 1");
      await()
          .until(
              () -> {
                client.call("counter__die", "{}");
                return open(gateway.url("/mcp/counter")).status() == 200;
              });
      assertThat(client.wire().call("ping", null).status()).isEqualTo(200);
    }
  }

  @Test
  void theStatusSaysWhatIsInUseByUpstreamAndByIdentity() throws Exception {
    try (var far = TestGateway.serving("");
        var gateway = TestGateway.serving(two(far, ""));
        var direct = ToolClient.open(gateway.url("/mcp/small"));
        var all = ToolClient.open(gateway.url("/mcp"))) {
      direct.text("counter", "{}");
      all.text("small__counter", "{}");
      JsonNode status = new JsonMapper().readTree(gateway.page("/api/v1/status"));
      JsonNode ledger = status.path("ledger");
      assertThat(ledger.path("newSessions").asString()).isEqualTo("welcome");
      assertThat(ledger.path("machine").path("heap").path("limit").asLong()).isPositive();
      JsonNode anonymous = ledger.path("identities").path(0);
      assertThat(anonymous.path("identity").asString()).isEqualTo("anonymous");
      assertThat(anonymous.path("sessions").asInt()).isEqualTo(2);
      assertThat(anonymous.path("upstreams").path("small").asInt()).isEqualTo(2);
      assertThat(anonymous.path("upstreams").path("large").asInt()).isEqualTo(1);
      JsonNode small = status.path("upstreams").path(0);
      assertThat(small.path("clientSessions").asInt()).isEqualTo(2);
      assertThat(small.path("sockets").asInt()).isPositive();
    }
  }

  @Test
  void theMemoryOfProcessesIsAccountedToTheirUpstreamAndTheirClient() throws Exception {
    String yaml =
        "upstreams: { shell: { standby: { max: 0 }, command: "
            + TestGateway.yamlList(Peers.shell(""))
            + " } }";
    try (var gateway = TestGateway.serving(yaml);
        var first = ToolClient.open(gateway.url("/mcp/shell"));
        var second = ToolClient.open(gateway.url("/mcp/shell"))) {
      assertThat(first).isNotSameAs(second);
      await()
          .untilAsserted(
              () -> {
                JsonNode status = new JsonMapper().readTree(gateway.page("/api/v1/status"));
                JsonNode shell = status.path("upstreams").path(0);
                assertThat(shell.path("processes").asInt()).isEqualTo(2);
                assertThat(shell.path("memory").asLong()).isPositive();
                JsonNode anonymous = status.path("ledger").path("identities").path(0);
                assertThat(anonymous.path("processes").asInt()).isEqualTo(2);
                assertThat(anonymous.path("memory")).isEqualTo(shell.path("memory"));
              });
      assertThat(gateway.metric("weir_upstream_memory_bytes{upstream=\"shell\"}")).isPositive();
    }
  }

  @Test
  void manySessionsShareFewSocketsAndTheMetricsShowWhatThatSaves() throws Exception {
    List<ToolClient> clients = new ArrayList<>();
    try (var far = TestGateway.serving("");
        var gateway =
            TestGateway.serving(
                "upstreams: { far: { pool: { max: 2 }, url: \""
                    + far.url("/mcp/demo")
                    + "\" } }")) {
      for (int n = 0; n < 20; n++) {
        clients.add(ToolClient.open(gateway.url("/mcp/far")));
      }
      for (ToolClient client : clients) {
        assertThat(client.text("counter", "{}")).isEqualTo("1");
      }
      // A client of this kit has no connection between its calls, so these are P and not N + P.
      await().until(() -> gateway.metric("weir_connections_used") < 10);
      assertThat(gateway.metric("weir_connections_used")).isGreaterThanOrEqualTo(2);
      assertThat(gateway.metric("weir_connections_unpooled")).isGreaterThan(20);
    } finally {
      for (ToolClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void whenDescriptorsRunOutNewSessionsAreRefusedInTimeAndThoseThatAreOpenGoOn() throws Exception {
    List<ToolClient> clients = new ArrayList<>();
    try (var gateway = GatewayProcess.withDescriptors(400, "")) {
      WireClient.Reply last = open(gateway.url("/mcp/demo"));
      while (last.status() == 200 && clients.size() < 400) {
        clients.add(ToolClient.in(gateway.url("/mcp/demo"), last.header("Mcp-Session-Id")));
        clients.getLast().text("counter", "{}");
        last = open(gateway.url("/mcp/demo"));
      }
      assertRefused(last, "of 400 file descriptors are in use");
      assertThat(clients).hasSizeGreaterThan(50);
      for (ToolClient client : clients) {
        assertThat(client.text("counter", "{}")).isEqualTo("2");
      }
      assertThat(gateway.output()).doesNotContain("cannot accept");
      assertThat(gateway.metric("weir_refused_total{limit=\"machine\"}")).isPositive();
      JsonNode status = new JsonMapper().readTree(gateway.page("/api/v1/status"));
      assertThat(status.path("ledger").path("machine").path("descriptors").path("limit").asInt())
          .isEqualTo(400);
      for (ToolClient client : clients) {
        client.delete();
        client.close();
      }
      clients.clear();
      await().until(() -> open(gateway.url("/mcp/demo")).status() == 200);
    } finally {
      for (ToolClient client : clients) {
        client.close();
      }
    }
  }
}
