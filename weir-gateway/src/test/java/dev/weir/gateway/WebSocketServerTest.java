package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.PeerServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.FaultProxy;
import java.io.IOException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server over WebSockets behind the gateway: what becomes of sessions whose socket is lost. */
@Timeout(300)
class WebSocketServerTest {
  private static final String LONG =
      ToolClient.params("trigger-long-running-operation", "{\"duration\":600,\"steps\":2}");

  private PeerServer server;
  private FaultProxy way;
  private TestGateway gateway;

  /** What becomes of the socket. */
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
  void serve() throws Exception {
    server = Peers.everythingWebSocket();
    way = FaultProxy.to(server.port());
    gateway =
        TestGateway.serving(
            "upstreams: { socket: { url: \"ws://127.0.0.1:" + way.port() + "/mcp\" } }");
  }

  @AfterEach
  void end() throws IOException {
    gateway.close();
    way.close();
    server.close();
  }

  private ToolClient open() throws IOException {
    return ToolClient.open(gateway.url("/mcp/socket"));
  }

  private double streams() throws IOException {
    return gateway.metric("weir_upstream_streams{upstream=\"socket\"}");
  }

  private static String echo(ToolClient client) throws IOException {
    return client.text("echo", "{\"message\":\"hi\"}");
  }

  @Test
  void eachSessionHasASocketThatEndsWithIt() throws Exception {
    try (var one = open();
        var other = open()) {
      assertThat(echo(one)).isEqualTo("Echo: hi");
      assertThat(echo(other)).isEqualTo("Echo: hi");
      assertThat(way.accepted()).isEqualTo(2);
      assertThat(streams()).isEqualTo(2);
      assertThat(gateway.page("/api/v1/status")).contains("WebSocket, ws://127.0.0.1");
      one.delete();
      other.delete();
      await().until(() -> streams() == 0);
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aLostSocketIsOpenedAgainForTheSameClientAndNoCallRunsTwice(Fault fault) throws Exception {
    try (var client = open()) {
      client.wire().call("logging/setLevel", "{\"level\":\"error\"}");
      String error;
      try (WireExchange call = client.wire().begin("tools/call", LONG)) {
        await()
            .until(
                () ->
                    ToolClient.member(gateway.page("/api/v1/status"), "requestsInFlight")
                        .equals("1"));
        fault.happen.accept(way);
        error = call.reply().response();
      }
      assertThat(ToolClient.member(error, "error", "data", "cause")).isEqualTo("outcome-unknown");
      assertThat(echo(client)).isEqualTo("Echo: hi");
      assertThat(
              gateway.metric(
                  "weir_upstream_recoveries_total{outcome=\"recovered\",upstream=\"socket\"}"))
          .isEqualTo(1);
      assertThat(way.accepted()).isEqualTo(2);
    }
  }

  @Test
  void everythingComesByteByByte() throws Exception {
    way.trickle();
    try (var client = open()) {
      assertThat(echo(client)).isEqualTo("Echo: hi");
    }
  }
}
