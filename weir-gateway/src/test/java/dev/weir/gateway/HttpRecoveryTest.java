package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.MortalHttpServer;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** G8: a client's session goes on when an HTTP server no longer knows its own. */
@Timeout(300)
class HttpRecoveryTest {
  private MortalHttpServer server;
  private TestGateway gateway;

  @BeforeEach
  void serve() throws IOException {
    server = new MortalHttpServer();
    gateway =
        TestGateway.serving(
            "upstreams: { mortal: { url: \"http://127.0.0.1:" + server.port() + "/mcp\" } }");
  }

  @AfterEach
  void end() {
    server.release();
    gateway.close();
    server.close();
  }

  private double recoveries(String outcome) throws IOException {
    return gateway.metric(
        "weir_upstream_recoveries_total{outcome=\"" + outcome + "\",upstream=\"mortal\"}");
  }

  private static void tellState(ToolClient client) throws IOException {
    client.wire().call("logging/setLevel", "{\"level\":\"info\"}");
    client.wire().call("resources/subscribe", "{\"uri\":\"test://one\"}");
    assertThat(client.text("incr", "{}")).isEqualTo("1");
    assertThat(client.text("incr", "{}")).isEqualTo("2");
  }

  @Test
  void aServerThatAnswers404GetsTheSameSaidAgainAndThenTheCall() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      tellState(client);
      server.forget();
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      assertThat(client.text("state", "{}")).isEqualTo("true info [test://one]");
      assertThat(server.heard("\"initialize\"")).isEqualTo(2);
      assertThat(recoveries("recovered")).isEqualTo(1);
    }
  }

  @Test
  void aServerThatWasRestartedGoesOnForTheSameClient() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      tellState(client);
      server.restart();
      // A connection that was kept may be found dead by this one, which may then have run.
      client.call("incr", "{}");
      assertThat(client.call("incr", "{}").status()).isEqualTo(200);
      assertThat(client.text("state", "{}")).isEqualTo("true info [test://one]");
      assertThat(recoveries("recovered")).isEqualTo(1);
    }
  }

  @Test
  void manyCallsThatFindTheSameLossShareOneNewSession() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      server.forget();
      List<Callable<String>> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        calls.add(() -> client.text("incr", "{}"));
      }
      List<String> counts = new ArrayList<>();
      for (Future<String> call : threads.invokeAll(calls)) {
        counts.add(call.get());
      }
      assertThat(counts).containsExactlyInAnyOrder("1", "2", "3", "4", "5", "6", "7", "8");
      assertThat(server.heard("\"initialize\"")).isEqualTo(2);
    }
  }

  @Test
  void aCallThatTheServerIsStillAtWhenItForgetsTheSessionIsAnswered() throws Exception {
    server.hold();
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"));
        WireExchange stream = client.wire().listen(null);
        WireExchange slow = client.wire().begin("tools/call", ToolClient.params("act", "{}"))) {
      await().until(() -> server.heard("\"act\"") == 1);
      server.forget();
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      assertThat(stream.nextMessage(Patience.LIMIT))
          .as("the stream does not wait for the call")
          .contains("upstream-state-lost");
      server.release();
      assertThat(ToolClient.textOf(slow.reply().response())).isEqualTo("done");
      assertThat(server.heard("\"act\"")).isEqualTo(1);
    }
  }

  @Test
  void theStandingStreamGoesOnAndTellsOfTheLoss() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"));
        WireExchange stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      client.wire().call("resources/subscribe", "{\"uri\":\"test://one\"}");
      server.forget();
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      String told = stream.nextMessage(Patience.LIMIT);
      assertThat(told).contains("notifications/message").contains("upstream-state-lost");
      assertThat(ToolClient.member(told, "params", "data", "why")).contains("404");
      assertThat(stream.nextMessage(Patience.LIMIT)).contains("notifications/tools/list_changed");
      assertThat(stream.nextMessage(Patience.LIMIT)).contains("test://one");
      await().until(() -> server.streams() == 1);
    }
  }

  @Test
  void whatIsToBeToldWaitsForTheNextStandingStream() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      server.forget();
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      try (WireExchange stream = client.wire().listen(null)) {
        assertThat(stream.nextMessage(Patience.LIMIT)).contains("upstream-state-lost");
      }
    }
  }

  @Test
  void aStreamThatIsOpenedFirstAfterTheLossFindsIt() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      server.forget();
      try (WireExchange stream = client.wire().listen("an-event-of-before")) {
        assertThat(stream.nextMessage(Patience.LIMIT)).contains("upstream-state-lost");
      }
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      assertThat(server.heard("\"initialize\"")).isEqualTo(2);
    }
  }

  @Test
  void aServerThatIsNotThereIsAskedForAgainByTheNextCall() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      tellState(client);
      server.close();
      for (int i = 0; i < 5; i++) {
        WireClient.Reply reply = client.call("incr", "{}");
        assertThat(reply.status()).as(reply.body()).isNotEqualTo(404);
        assertThat(reply.body()).contains("\"error\"");
      }
      assertThat(gateway.metric("weir_sessions")).isEqualTo(1);
    }
  }

  @Test
  void aServerThatForgetsAtOnceIsGivenUp() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      for (int loss = 0; loss < 3; loss++) {
        server.forget();
        assertThat(client.text("incr", "{}")).isEqualTo("1");
      }
      server.forget();
      WireClient.Reply reply = client.call("incr", "{}");
      assertThat(reply.status()).isEqualTo(404);
      assertThat(reply.body()).contains("recovered 3 times within 60 s");
      await().until(() -> gateway.metric("weir_sessions") == 0);
      assertThat(recoveries("refused")).isEqualTo(1);
    }
  }

  @Test
  void theStreamsOfAnAggregateComeBackWithTheirMember() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp"));
        WireExchange stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      await().until(() -> server.streams() == 1);
      server.forget();
      assertThat(client.text("mortal__incr", "{}")).isEqualTo("1");
      assertThat(stream.nextMessage(Patience.LIMIT)).contains("upstream-state-lost");
      await().until(() -> server.streams() == 1);
    }
  }
}
