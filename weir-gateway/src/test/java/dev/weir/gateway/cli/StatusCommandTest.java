package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.MoodyServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code weir status} of a real gateway. */
@Timeout(120)
class StatusCommandTest {
  private static String upstream(String name, Iterable<String> command) {
    return "  %s: { standby: { max: 0 }, command: %s }\n"
        .formatted(name, TestGateway.yamlList(command));
  }

  @Test
  void eachUpstreamIsARowWithItsStateSessionsCallsAndFailures() throws Exception {
    String upstreams =
        "upstreams:\n"
            + upstream("counter", Peers.counter())
            + upstream("gone", List.of("no-such-program"));
    try (var gateway = TestGateway.serving(upstreams);
        var client = ToolClient.open(gateway.url("/mcp/counter"))) {
      client.call("incr", "{}");
      CommandRun fine = CommandRun.of("status", gateway.url(""));
      assertThat(fine.exitCode()).as(fine.out()).isZero();
      assertThat(fine.out())
          .contains("serving for ", "1 client session", "descriptors ", "new sessions welcome")
          .contains("in effect for ", "0 reloads, 0 failed")
          .doesNotContain("\033")
          .containsPattern(
              "UPSTREAM +STATE +WIRE +CLIENTS +SESSIONS +READY +IN FLIGHT +CALLS/S +P50 +P99 ")
          .containsPattern("\ncounter +up +stdio +1 +1 +0 +0 +0 +\\S+ m?s +\\S+ m?s +1 +0 +–\n");
      open(gateway.url("/mcp/gone"));
      CommandRun bad = CommandRun.of("status", gateway.url(""));
      assertThat(bad.exitCode()).isEqualTo(1);
      assertThat(bad.out())
          .containsPattern("\ngone +down +stdio ")
          .contains("problem  upstream \"gone\" is down: cannot start \"no-such-program\"");
      assertThat(CommandRun.onATerminal("status", gateway.url("")).out())
          .contains("\033[31mdown", "\033[32mup", "\033[1mUPSTREAM");
    }
  }

  /** A session that cannot be opened. */
  private static void open(String url) throws IOException {
    try (var client = new WireClient(URI.create(url))) {
      assertThat(client.open("2025-11-25", "{}").status()).isNotEqualTo(200);
    }
  }

  @Test
  void theFactsAreThePageOfTheGatewayAndWhatFollowsFromIt() throws Exception {
    try (var server = new MoodyServer("a");
        var gateway = TestGateway.serving("upstreams: { web: { url: \"" + server.url() + "\" } }");
        var client = ToolClient.open(gateway.url("/mcp/web"))) {
      client.call("where", "{}");
      CommandRun run = CommandRun.of("status", gateway.url("/mcp/web"), "--json");
      assertThat(run.exitCode()).as(run.err()).isZero();
      JsonNode facts = JsonMapper.shared().readTree(run.out());
      assertThat(facts.path("ok").asBoolean()).isTrue();
      assertThat(facts.path("problems").isEmpty()).isTrue();
      assertThat(facts.path("state").asString()).isEqualTo("serving");
      JsonNode web = facts.path("upstreams").path(0);
      assertThat(web.path("health").asString()).isEqualTo("up");
      assertThat(web.path("ready").asInt(-1)).isZero();
      assertThat(web.path("endpoints").path(0).path("place").asString()).isEqualTo(server.place());
      JsonNode calls = web.path("calls");
      assertThat(calls.path("total").asInt()).isEqualTo(1);
      assertThat(calls.path("failed").asInt(-1)).isZero();
      assertThat(calls.path("perSecond").asDouble(-1)).isZero();
      assertThat(calls.path("p50").asDouble()).isPositive();
      assertThat(calls.path("p99").asDouble()).isPositive();
    }
  }

  @Test
  void whereNoGatewayAnswersItIsSaidInOneLine() throws Exception {
    try (var nowhere = MoodyServer.nowhere();
        var other = new ScriptedServer()) {
      CommandRun nobody = CommandRun.of("status", "127.0.0.1:" + nowhere.getLocalPort());
      assertThat(nobody.exitCode()).isEqualTo(3);
      assertThat(nobody.err())
          .startsWith("weir: nothing answers at http://127.0.0.1:")
          .endsWith("; is weir serve running?\n")
          .hasLineCount(1);
      CommandRun stranger = CommandRun.of("status", other.url());
      assertThat(stranger.exitCode()).isEqualTo(3);
      assertThat(stranger.err()).contains("no Weir gateway at ", "HTTP 404");
    }
  }
}
