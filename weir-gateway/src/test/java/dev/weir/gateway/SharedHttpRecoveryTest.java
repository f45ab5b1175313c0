package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.MortalHttpServer;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** G8 for clients that share an HTTP session which the server no longer knows. */
@Timeout(300)
class SharedHttpRecoveryTest {
  private static final String ONE = "{\"uri\":\"test://one\"}";
  private static final String TWO = "{\"uri\":\"test://two\"}";

  private MortalHttpServer server;
  private TestGateway gateway;
  private ToolClient first;
  private ToolClient second;

  @BeforeEach
  void serve() throws IOException {
    server = new MortalHttpServer();
    gateway =
        TestGateway.serving(
            "upstreams: { mortal: { isolation: shared, url: \"http://127.0.0.1:"
                + server.port()
                + "/mcp\" } }");
    first = ToolClient.open(gateway.url("/mcp/mortal"));
    second = ToolClient.open(gateway.url("/mcp/mortal"));
  }

  @AfterEach
  void end() throws IOException {
    server.release();
    first.close();
    second.close();
    gateway.close();
    server.close();
  }

  private double recoveries(String outcome) throws IOException {
    return gateway.metric(
        "weir_upstream_recoveries_total{outcome=\"" + outcome + "\",upstream=\"mortal\"}");
  }

  private static String next(WireExchange stream) throws IOException {
    return stream.nextMessage(Patience.LIMIT);
  }

  @Test
  void bothGoOnAndEachIsToldAsItsOwnLogLevelSays() throws Exception {
    try (WireExchange toFirst = first.wire().listen(null);
        WireExchange toSecond = second.wire().listen(null)) {
      assertThat(toFirst.status()).isEqualTo(200);
      assertThat(toSecond.status()).isEqualTo(200);
      first.wire().call("resources/subscribe", ONE);
      second.wire().call("resources/subscribe", TWO);
      first.wire().call("logging/setLevel", "{\"level\":\"debug\"}");
      second.wire().call("logging/setLevel", "{\"level\":\"error\"}");
      assertThat(first.text("incr", "{}")).isEqualTo("1");
      assertThat(second.text("incr", "{}")).isEqualTo("2");
      await().until(() -> server.streams() == 1);
      server.forget();

      assertThat(second.call("state", "{}").response())
          .contains("true debug [test://one, test://two]")
          .as("it does not want to hear of a warning")
          .contains("dev.weir/upstream-state-lost");
      assertThat(first.call("incr", "{}").response()).doesNotContain("upstream-state-lost");
      assertThat(next(toFirst))
          .contains("notifications/message")
          .contains("\"warning\"")
          .contains("upstream-state-lost");
      assertThat(next(toFirst)).contains("notifications/tools/list_changed");
      assertThat(next(toSecond)).contains("notifications/tools/list_changed");
      assertThat(next(toFirst)).contains("resources/updated").contains("test://one");
      assertThat(next(toSecond)).contains("resources/updated").contains("test://two");

      await().until(() -> server.streams() == 1);
      assertThat(second.text("touch", ONE)).isEqualTo("done");
      assertThat(next(toFirst)).contains("resources/updated").contains("test://one");
      assertThat(first.text("touch", TWO)).isEqualTo("done");
      assertThat(next(toSecond)).contains("resources/updated").contains("test://two");
      assertThat(server.heard("\"initialize\"")).isEqualTo(2);
      assertThat(recoveries("recovered")).isEqualTo(1);
    }
  }

  @Test
  void aServerThatWasRestartedGoesOnForBoth() throws Exception {
    first.wire().call("resources/subscribe", ONE);
    server.restart();
    // A connection that was kept may be found dead by this one, which may then have run.
    first.call("incr", "{}");
    assertThat(first.call("incr", "{}").status()).isEqualTo(200);
    for (ToolClient client : List.of(first, second)) {
      assertThat(client.text("state", "{}")).isEqualTo("true none [test://one]");
    }
    assertThat(recoveries("recovered")).isEqualTo(1);
  }

  @Test
  void aCallThatTheServerIsStillAtWhenItForgetsTheSessionIsAnswered() throws Exception {
    server.hold();
    try (WireExchange slow = first.wire().begin("tools/call", ToolClient.params("act", "{}"))) {
      await().until(() -> server.heard("\"act\"") == 1);
      server.forget();
      assertThat(second.text("incr", "{}")).isEqualTo("1");
      server.release();
      assertThat(ToolClient.textOf(slow.reply().response())).isEqualTo("done");
      assertThat(server.heard("\"act\"")).isEqualTo(1);
    }
  }

  @Test
  void aServerWithoutStreamsThatSays404ToWhoWantsOneHasNotForgottenTheSession() throws Exception {
    await().until(() -> server.streams() == 1); // or the session of the first two asks, too
    server.stopStreaming();
    try (var one = ToolClient.open(gateway.url("/mcp/mortal"), "2025-06-18", "{}");
        var other = ToolClient.open(gateway.url("/mcp/mortal"), "2025-06-18", "{}")) {
      await().until(() -> server.heard("\"ping\"") == 1);
      assertThat(one.text("incr", "{}")).isEqualTo("1");
      assertThat(other.text("incr", "{}")).isEqualTo("2");
      assertThat(server.heard("\"initialize\"")).isEqualTo(2);
      server.forget();
      assertThat(other.text("incr", "{}")).isEqualTo("1");
      assertThat(one.text("incr", "{}")).isEqualTo("2");
      assertThat(server.heard("\"initialize\"")).isEqualTo(3);
    }
  }
}
