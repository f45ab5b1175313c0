package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class SessionLifeTest {
  private static final Duration SOON = Patience.LIMIT;

  private static String counter(String sessions, String... flags) {
    return "sessions: "
        + sessions
        + "\nupstreams: { counter: { stop-grace: 300ms, command: "
        + TestGateway.yamlList(Peers.counter(flags))
        + " } }";
  }

  private static boolean lives(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  private static long pidOf(ToolClient client) throws Exception {
    return Long.parseLong(ToolClient.member(client.text("incr", "{}"), "pid"));
  }

  @Test
  void theProcessOfAClientThatVanishedEndsAfterItsIdleTime() throws Exception {
    try (var gateway = TestGateway.serving(counter("{ idle-timeout: 4s }"))) {
      long pid;
      try (var client = ToolClient.open(gateway.url("/mcp/counter"))) {
        pid = pidOf(client);
        client.wire().begin("tools/call", ToolClient.params("sleep", "{\"ms\":60000}")).reset();
        assertThat(lives(pid)).isTrue();
      }
      await().atMost(SOON).until(() -> !lives(pid));
    }
  }

  @Test
  void aCallThatItsClientWaitsForKeepsTheSessionBeyondItsIdleTime() throws Exception {
    try (var gateway = TestGateway.serving(counter("{ idle-timeout: 3s }"));
        var client = ToolClient.open(gateway.url("/mcp/counter"))) {
      assertThat(client.text("sleep", "{\"ms\":5000}")).isEqualTo("slept");
    }
  }

  @Test
  void anEndedSessionTakesItsWholeProcessTreeWithIt() throws Exception {
    try (var gateway = TestGateway.serving(counter("{}", "--ignore-term"));
        var client = ToolClient.open(gateway.url("/mcp/counter"))) {
      long leader = pidOf(client);
      String others = client.text("grandchild", "{}");
      long sleeper = Long.parseLong(ToolClient.member(others, "sleeper"));
      long stubborn = Long.parseLong(ToolClient.member(others, "stubborn"));
      assertThat(lives(sleeper) && lives(stubborn)).isTrue();
      client.delete();
      await().atMost(SOON).until(() -> !lives(leader) && !lives(sleeper) && !lives(stubborn));
    }
  }

  @Test
  void anEndedSessionIsUnknownAfterwards() throws Exception {
    try (var gateway = TestGateway.serving("");
        var client = ToolClient.open(gateway.url("/mcp/demo"))) {
      assertThat(client.wire().delete().status()).isEqualTo(200);
      WireClient.Reply reply = client.call("counter", "{}");
      assertThat(reply.status()).isEqualTo(404);
      assertThat(reply.body()).contains("no such session").contains("initialize again");
      assertThat(client.wire().delete().status()).isEqualTo(404);
    }
  }

  @Test
  void anIdleSessionIsUnknownAfterItsTime() throws Exception {
    try (var gateway = TestGateway.serving("sessions: { idle-timeout: 300ms }");
        var client = ToolClient.open(gateway.url("/mcp/demo"))) {
      await().atMost(SOON).until(() -> gateway.metric("weir_sessions") == 0);
      assertThat(client.call("counter", "{}").status()).isEqualTo(404);
      await().until(() -> gateway.metric("weir_sessions_ended_total{cause=\"idle\"}") == 1);
    }
  }

  @Test
  void anOpenStreamKeepsASessionButNotBeyondItsLifetime() throws Exception {
    try (var gateway = TestGateway.serving("sessions: { idle-timeout: 3s, max-lifetime: 5s }");
        var client = ToolClient.open(gateway.url("/mcp/demo"));
        WireExchange stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      assertThat(stream.nextEvent(Patience.LIMIT)).as("the stream's end").isNull();
      assertThat(gateway.metric("weir_sessions_ended_total{cause=\"lifetime\"}")).isEqualTo(1);
    }
  }

  @Test
  void sessionsBeyondTheLimitAreRefusedAtOnceAndWelcomeAgainWhenOneEnds() throws Exception {
    try (var gateway = TestGateway.serving("sessions: { max: 2 }");
        var first = ToolClient.open(gateway.url("/mcp/demo"));
        var second = ToolClient.open(gateway.url("/mcp"));
        var third = new WireClient(URI.create(gateway.url("/mcp/demo")))) {
      WireClient.Reply refused = third.open("2025-11-25", "{}");
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).isNotNull();
      assertThat(refused.body()).contains("sessions.max 2");
      second.delete();
      await().atMost(SOON).until(() -> third.open("2025-11-25", "{}").status() == 200);
      assertThat(first.text("counter", "{}")).isEqualTo("1");
    }
  }

  @Test
  void aSecondStandingStreamIsRefusedWhileTheFirstIsOpen() throws Exception {
    try (var gateway = TestGateway.serving("");
        var client = ToolClient.open(gateway.url("/mcp/demo"));
        WireExchange first = client.wire().listen(null)) {
      assertThat(first.status()).isEqualTo(200);
      try (WireExchange second = client.wire().listen(null)) {
        assertThat(second.status()).isEqualTo(409);
      }
      first.reset();
      await()
          .atMost(SOON)
          .until(
              () -> {
                try (WireExchange again = client.wire().listen(null)) {
                  return again.status() == 200;
                }
              });
    }
  }
}
