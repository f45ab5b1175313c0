package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.MortalHttpServer;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** G4: handshaken sessions of an HTTP server are kept ready, for one client each. */
@Timeout(300)
class HttpStandbyTest {
  private MortalHttpServer server;
  private @Nullable TestGateway gateway;

  @BeforeEach
  void serve() throws IOException {
    server = new MortalHttpServer();
  }

  @AfterEach
  void end() {
    if (gateway != null) {
      gateway.close();
    }
    server.close();
  }

  private TestGateway serving(String standby) throws IOException {
    TestGateway started =
        TestGateway.serving(
            "upstreams: { mortal: { session-standby: { %s }, url: \"http://127.0.0.1:%d/mcp\" } }"
                .formatted(standby, server.port()));
    gateway = started;
    return started;
  }

  private static ToolClient client(TestGateway gateway) throws IOException {
    return ToolClient.open(gateway.url("/mcp/mortal"));
  }

  private static double ready(TestGateway gateway) throws IOException {
    return gateway.metric("weir_upstream_standby{tier=\"greeted\",upstream=\"mortal\"}");
  }

  private static double taken(TestGateway gateway, String from) throws IOException {
    return gateway.metric(
        "weir_upstream_standby_taken_total{from=\"" + from + "\",upstream=\"mortal\"}");
  }

  /** A client came and left: as many are ready as are wanted then. */
  private TestGateway prepared(int sessions) throws Exception {
    TestGateway prepared = serving("min: %d, max: %1$d".formatted(sessions));
    try (var first = client(prepared)) {
      assertThat(first.text("incr", "{}")).isEqualTo("1");
      first.delete();
    }
    await().until(() -> ready(prepared) == sessions && server.sessions() == sessions);
    return prepared;
  }

  @Test
  void whoSaysTheUsualGetsASessionThatWasReadyAndNobodyElsesEver() throws Exception {
    TestGateway gateway = prepared(2);
    long opened = server.heard("\"initialize\"");
    try (var one = client(gateway);
        var other = client(gateway)) {
      assertThat(taken(gateway, "greeted")).isEqualTo(2);
      for (String count : List.of("1", "2", "3")) {
        assertThat(one.text("incr", "{}")).isEqualTo(count);
      }
      assertThat(other.text("incr", "{}")).isEqualTo("1");
      assertThat(other.text("state", "{}")).as("its own initialized arrived").startsWith("true");
      one.delete();
      other.delete();
    }
    await().until(() -> ready(gateway) == 2 && server.sessions() == 2);
    assertThat(server.heard("\"initialize\"")).as("two for the two").isEqualTo(opened + 2);
    try (var next = client(gateway)) {
      assertThat(next.text("incr", "{}")).isEqualTo("1");
    }
  }

  @Test
  void whoSaysSomethingElseSpeaksWithTheServerItself() throws Exception {
    TestGateway gateway = prepared(1);
    try (var another =
        ToolClient.open(gateway.url("/mcp/mortal"), "2025-06-18", "{\"sampling\":{}}")) {
      assertThat(server.heard("\"2025-06-18\"")).isPositive();
      assertThat(taken(gateway, "greeted")).isZero();
      assertThat(another.text("incr", "{}")).isEqualTo("1");
    }
  }

  @Test
  void oneThatTheServerForgotWhileItWaitedIsReplacedAndTheCallIsAnswered() throws Exception {
    TestGateway gateway = prepared(4);
    server.forget();
    try (var client = client(gateway)) {
      assertThat(taken(gateway, "greeted")).isEqualTo(1);
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      assertThat(client.text("state", "{}")).startsWith("true");
      assertThat(recoveries(gateway)).isEqualTo(1);
    }
  }

  @Test
  void whenOneIsFoundForgottenNoneThatWaitsIsGivenToAnybody() throws Exception {
    TestGateway gateway = prepared(4);
    server.forget();
    try (var first = client(gateway)) {
      assertThat(first.text("incr", "{}")).isEqualTo("1");
      double found = recoveries(gateway);
      for (int i = 0; i < 4; i++) {
        try (var next = client(gateway)) {
          assertThat(next.text("incr", "{}")).isEqualTo("1");
        }
      }
      assertThat(recoveries(gateway)).as("none of them met a dead one").isEqualTo(found);
    }
  }

  private static double recoveries(TestGateway gateway) throws IOException {
    return gateway.metric(
        "weir_upstream_recoveries_total{outcome=\"recovered\",upstream=\"mortal\"}");
  }

  @Test
  void manyAtOnceHaveASessionEach() throws Exception {
    TestGateway gateway = prepared(2);
    List<Callable<String>> clients = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      clients.add(
          () -> {
            try (var client = client(gateway)) {
              String count = client.text("incr", "{}") + client.text("incr", "{}");
              client.delete();
              return count;
            }
          });
    }
    try (var threads = Executors.newFixedThreadPool(clients.size())) {
      for (Future<String> count : threads.invokeAll(clients)) {
        assertThat(count.get()).isEqualTo("12");
      }
    }
    await().until(() -> ready(gateway) == 2 && server.sessions() == 2);
  }

  @Test
  void whatIsTooOldIsEndedAndReplaced() throws Exception {
    TestGateway gateway = serving("min: 1, max: 1, max-lifetime: 200ms");
    try (var first = client(gateway)) {
      await().until(() -> server.heard("\"initialize\"") >= 5);
      await().until(() -> server.sessions() <= 2); // its own, and one that waits
      assertThat(first.text("incr", "{}")).as("what serves somebody is not touched").isEqualTo("1");
    }
  }

  @Test
  void nothingIsKeptWhenNobodyHasComeForLong() throws Exception {
    TestGateway gateway = serving("max: 2, idle-timeout: 2s");
    try (var first = client(gateway)) {
      await().until(() -> ready(gateway) >= 1);
      first.delete();
    }
    await().until(() -> ready(gateway) == 0 && server.sessions() == 0);
  }

  @Test
  void aServerThatDoesNotAnswerIsHeardOfByWhoeverComes() throws Exception {
    TestGateway gateway = prepared(1);
    server.close();
    try (var taker = client(gateway)) { // that one was ready
      assertThat(taker.call("incr", "{}").response()).contains("error");
    }
    var refused = ToolClient.in(gateway.url("/mcp/mortal"), null);
    try (refused) {
      assertThat(refused.wire().open("2025-11-25", "{}").response())
          .contains("mortal")
          .contains("error");
    }
  }

  @Test
  void whatWaitsIsEndedWithTheGateway() throws Exception {
    TestGateway prepared = prepared(3);
    prepared.close();
    gateway = null;
    assertThat(server.sessions()).as("each by DELETE").isZero();
  }
}
