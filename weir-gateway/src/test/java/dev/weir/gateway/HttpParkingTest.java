package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.MortalHttpServer;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The upstream session of an idle client session, and the socket of its stream, are given back. A
 * slow machine may park a session between two calls of a test: what is expected holds then too.
 */
@Timeout(300)
class HttpParkingTest {
  private MortalHttpServer server;
  private TestGateway gateway;

  @BeforeEach
  void serve() throws IOException {
    server = new MortalHttpServer();
    gateway =
        TestGateway.serving(
            "upstreams: { mortal: { park-after: 500ms, url: \"http://127.0.0.1:"
                + server.port()
                + "/mcp\" } }");
  }

  @AfterEach
  void end() {
    server.release();
    gateway.close();
    server.close();
  }

  private double of(String metric) throws IOException {
    return gateway.metric(metric + "{upstream=\"mortal\"}");
  }

  private void awaitParking() {
    await().until(() -> of("weir_upstream_parked") == 1);
  }

  @Test
  void theUpstreamSessionIsEndedAndTheNextOneHearsTheSame() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      client.wire().call("logging/setLevel", "{\"level\":\"info\"}");
      client.wire().call("resources/subscribe", "{\"uri\":\"test://one\"}");
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      awaitParking();
      await().untilAsserted(() -> assertThat(server.sessions()).as("after DELETE").isZero());
      assertThat(client.text("state", "{}")).isEqualTo("true info [test://one]");
    }
  }

  @Test
  void theSocketOfItsStreamIsGivenBackAndTheClientsStreamGoesOnWithTheNextSession()
      throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"));
        WireExchange stream = client.wire().listen(null)) {
      assertThat(stream.status()).isEqualTo(200);
      awaitParking();
      await().until(() -> server.streams() == 0);
      await().until(() -> of("weir_upstream_streams") == 0);

      assertThat(client.text("incr", "{}")).isEqualTo("1");
      String told = stream.nextMessage(Patience.LIMIT);
      assertThat(told).contains("upstream-state-lost").contains("parked");
      assertThat(stream.nextMessage(Patience.LIMIT)).contains("notifications/tools/list_changed");
    }
  }

  @Test
  void aCallInFlightKeepsTheSession() throws Exception {
    server.hold();
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"));
        WireExchange slow = client.wire().begin("tools/call", ToolClient.params("act", "{}"))) {
      await().until(() -> server.heard("\"act\"") == 1);
      // A session that began to be idle after it is parked: so would have been this one.
      try (var another = ToolClient.open(gateway.url("/mcp/mortal"))) {
        another.text("incr", "{}");
        awaitParking();
        await().until(() -> server.sessions() == 1);
        server.release();
        assertThat(ToolClient.textOf(slow.reply().response())).isEqualTo("done");
      }
    }
  }

  @Test
  void aMemberOfAnAggregateGivesItsStreamBackToo() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp"))) {
      assertThat(client.text("mortal__incr", "{}")).isEqualTo("1");
      awaitParking();
      await().until(() -> server.streams() == 0 && server.sessions() == 0);
      assertThat(client.wire().call("tools/list", null).response()).contains("\"mortal__act\"");
      assertThat(server.heard("\"initialize\"")).isGreaterThan(1);
    }
  }
}
