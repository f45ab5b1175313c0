package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.MortalHttpServer;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.FaultProxy;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server behind the gateway that speaks HTTP+SSE: its stream is the session, and a session whose
 * stream is lost goes on with another.
 */
@Timeout(300)
class SseServerTest {
  private static final String URI = "{\"uri\":\"test://one\"}";

  private MortalHttpServer server;
  private FaultProxy way;
  private TestGateway gateway;

  /** What becomes of all connections to the server, the stream included. */
  enum Fault {
    RESET(FaultProxy::reset),
    HALF_CLOSE(FaultProxy::halfClose),
    CLOSE(FaultProxy::closeConnections);

    private final Consumer<FaultProxy> happen;

    Fault(Consumer<FaultProxy> happen) {
      this.happen = happen;
    }
  }

  @BeforeEach
  void serve() throws IOException {
    server = new MortalHttpServer();
    way = FaultProxy.to(server.port());
    gateway = TestGateway.serving(upstream(""));
  }

  private String upstream(String options) {
    return "upstreams: { mortal: { "
        + options
        + "url: \"http://127.0.0.1:"
        + way.port()
        + "/sse\" } }";
  }

  private void serving(String options) throws IOException {
    gateway.close();
    gateway = TestGateway.serving(upstream(options));
  }

  @AfterEach
  void end() throws IOException {
    server.release();
    way.resume();
    gateway.close();
    way.close();
    server.close();
  }

  private ToolClient open() throws IOException {
    return ToolClient.open(gateway.url("/mcp/mortal"));
  }

  private double of(String metric) throws IOException {
    return gateway.metric(metric + "{upstream=\"mortal\"}");
  }

  private double recoveries(String outcome) throws IOException {
    return gateway.metric(
        "weir_upstream_recoveries_total{outcome=\"" + outcome + "\",upstream=\"mortal\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "transport: auto, ", "transport: sse, "})
  void itIsFoundOutOrSaidThatAServerSpeaksIt(String transport) throws Exception {
    serving(transport);
    try (var client = open()) {
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      assertThat(gateway.page("/api/v1/status")).contains("HTTP+SSE");
    }
  }

  @Test
  void aServerThatIsSaidToSpeakStreamableHttpIsNotAskedForTheOldStream() throws Exception {
    serving("transport: streamable-http, ");
    try (var client = new WireClient(java.net.URI.create(gateway.url("/mcp/mortal")))) {
      assertThat(client.open("2025-11-25", "{}").status()).isEqualTo(405);
      assertThat(server.streams()).isZero();
    }
  }

  @Test
  void theStreamIsTheSessionAndEndsWithTheClients() throws Exception {
    try (var one = open();
        var other = open()) {
      assertThat(one.text("incr", "{}")).isEqualTo("1");
      assertThat(one.text("incr", "{}")).isEqualTo("2");
      assertThat(other.text("incr", "{}")).isEqualTo("1");
      assertThat(server.streams()).isEqualTo(2);
      assertThat(of("weir_upstream_streams")).isEqualTo(2);
      one.delete();
      await().until(() -> server.streams() == 1);
      other.delete();
      await().until(() -> server.streams() == 0);
      await().until(() -> of("weir_upstream_streams") == 0);
    }
  }

  @Test
  void whatTheServerSaysOnItsOwnComesOnTheClientsStream() throws Exception {
    try (var client = open();
        WireExchange stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      client.wire().call("resources/subscribe", URI);
      server.touch("test://one");
      assertThat(stream.nextMessage(Patience.LIMIT)).contains("resources/updated", "test://one");
    }
  }

  @Test
  void aCancelledCallEndsAndTheServerIsTold() throws Exception {
    server.hold();
    try (var client = open();
        WireExchange call = client.wire().begin("tools/call", ToolClient.params("act", "{}"))) {
      await().until(() -> server.heard("\"act\"") == 1);
      client.wire().notify("notifications/cancelled", "{\"requestId\":2}");
      assertThat(call.reply().messages()).isEmpty();
      assertThat(server.heard("notifications/cancelled")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aLostStreamIsOpenedAgainAndTheServerHearsTheSame(Fault fault) throws Exception {
    try (var client = open();
        WireExchange stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      client.wire().call("logging/setLevel", "{\"level\":\"info\"}");
      client.wire().call("resources/subscribe", URI);
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      fault.happen.accept(way);
      await().until(() -> of("weir_upstream_sessions_lost_total") == 1);
      assertThat(client.text("state", "{}")).isEqualTo("true info [test://one]");
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      assertThat(server.heard("\"initialize\"")).isEqualTo(2);
      assertThat(recoveries("recovered")).isEqualTo(1);
      assertThat(stream.nextMessage(Patience.LIMIT)).contains("upstream-state-lost");
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aCallThatMayHaveRunIsNotRunAgain(Fault fault) throws Exception {
    server.hold();
    try (var client = open()) {
      String error;
      try (WireExchange call = client.wire().begin("tools/call", ToolClient.params("act", "{}"))) {
        await().until(() -> server.heard("\"act\"") == 1);
        fault.happen.accept(way);
        error = call.reply().response();
      }
      server.release();
      assertThat(ToolClient.member(error, "error", "data", "cause")).isEqualTo("outcome-unknown");
      assertThat(ToolClient.member(error, "error", "message")).contains("tools/call", "stream");
      assertThat(client.text("incr", "{}")).as("the session goes on").isEqualTo("1");
      assertThat(server.heard("\"act\"")).isEqualTo(1);
    }
  }

  @Test
  void aServerThatForgotTheSessionOrWasRestartedHearsTheSameAgain() throws Exception {
    try (var client = open()) {
      client.wire().call("resources/subscribe", URI);
      server.forget();
      assertThat(client.text("state", "{}")).isEqualTo("true none [test://one]");
      server.restart();
      await().until(() -> of("weir_upstream_streams") == 0);
      // A connection that was kept may be found dead by this one, which may then have run.
      client.call("incr", "{}");
      assertThat(client.text("state", "{}")).isEqualTo("true none [test://one]");
      assertThat(recoveries("recovered")).isEqualTo(2);
    }
  }

  @Test
  void everythingComesByteByByte() throws Exception {
    way.trickle();
    try (var client = open()) {
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      assertThat(client.text("look", "{}")).isEqualTo("done");
    }
  }

  @Test
  void anIdleSessionGivesItsStreamBackWhereItMay() throws Exception {
    serving("park-after: 500ms, ");
    try (var client = open()) {
      client.wire().call("resources/subscribe", URI);
      await().until(() -> of("weir_upstream_parked") == 1);
      await().until(() -> server.streams() == 0);
      assertThat(client.text("state", "{}")).isEqualTo("true none [test://one]");
    }
  }

  @Test
  void aSessionCanBeReadyBeforeItsClientComes() throws Exception {
    serving("session-standby: { max: 2 }, ");
    try (var first = open()) {
      assertThat(first.text("incr", "{}")).isEqualTo("1");
      await().until(() -> server.streams() >= 2);
      try (var second = open()) {
        assertThat(second.text("incr", "{}")).isEqualTo("1");
      }
    }
  }

  @Test
  void clientsMayShareASessionAndGoOnTogether() throws Exception {
    serving("isolation: shared, ");
    try (var one = open();
        var other = open()) {
      assertThat(one.text("incr", "{}")).isEqualTo("1");
      assertThat(other.text("incr", "{}")).isEqualTo("2");
      way.reset();
      await().until(() -> of("weir_upstream_sessions_lost_total") == 1);
      assertThat(other.text("incr", "{}")).isEqualTo("1");
      assertThat(one.text("incr", "{}")).isEqualTo("2");
    }
  }

  @Test
  void aMemberOfTheAggregateMaySpeakIt() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp"))) {
      assertThat(client.wire().call("tools/list", null).response()).contains("mortal__act");
      assertThat(client.text("mortal__incr", "{}")).isEqualTo("1");
    }
  }
}
