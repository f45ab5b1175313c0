package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.MortalHttpServer;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.FaultProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * G8: the way between the gateway and an HTTP server breaks in the middle of a call. What may have
 * run is not run again, and its client gets the answer or a clear error.
 */
@Timeout(300)
class FaultyWayTest {
  /** Long for a busy machine, short for a test. */
  private static final String RESPONSE_TIMEOUT = "6s";

  private MortalHttpServer server;
  private FaultProxy way;
  private TestGateway gateway;

  /** What becomes of a connection while the server is at the call. */
  enum Fault {
    DROP(FaultProxy::drop),
    STALL(FaultProxy::stall),
    RESET(FaultProxy::reset),
    HALF_CLOSE(FaultProxy::halfClose),
    CUT(way -> way.cutAfter(20));

    private final Consumer<FaultProxy> happen;

    Fault(Consumer<FaultProxy> happen) {
      this.happen = happen;
    }
  }

  @BeforeEach
  void serve() throws IOException {
    server = new MortalHttpServer();
    way = FaultProxy.to(server.port());
    gateway =
        TestGateway.serving(
            "upstreams: { mortal: { response-timeout: "
                + RESPONSE_TIMEOUT
                + ", url: \"http://127.0.0.1:"
                + way.port()
                + "/mcp\" } }");
  }

  @AfterEach
  void end() throws IOException {
    server.release();
    way.resume();
    gateway.close();
    way.close();
    server.close();
  }

  private WireClient.Reply callUnder(Fault fault, ToolClient client, String tool)
      throws IOException {
    server.hold();
    try (WireExchange call = client.wire().begin("tools/call", ToolClient.params(tool, "{}"))) {
      await().until(() -> server.heard('"' + tool + '"') == 1);
      fault.happen.accept(way);
      server.release();
      return call.reply();
    } finally {
      way.resume();
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aCallThatMayHaveRunIsNotRunAgain(Fault fault) throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      client.wire().call("tools/list", null);
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      String error = callUnder(fault, client, "act").response();
      assertThat(ToolClient.member(error, "error", "data", "cause")).isEqualTo("outcome-unknown");
      assertThat(ToolClient.member(error, "error", "message"))
          .contains("upstream \"mortal\"")
          .contains("tools/call");
      assertThat(client.text("incr", "{}")).as("the session goes on").isEqualTo("2");
      assertThat(server.heard("\"act\"")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"RESET", "HALF_CLOSE"})
  void aCallThatItsToolDeclaresHarmlessIsRunAgain(Fault fault) throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      client.wire().call("tools/list", null);
      assertThat(ToolClient.textOf(callUnder(fault, client, "look").response())).isEqualTo("done");
      assertThat(server.heard("\"look\"")).isEqualTo(2);
    }
  }

  @Test
  void aServerThatIsOnlySilentIsNotAskedTwice() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      client.wire().call("tools/list", null);
      assertThat(callUnder(Fault.DROP, client, "look").response()).contains("outcome-unknown");
      assertThat(server.heard("\"look\"")).isEqualTo(1);
    }
  }

  @Test
  void aSlowWayIsOnlySlow() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      way.delay(Duration.ofMillis(300));
      assertThat(client.text("act", "{}")).isEqualTo("done");
      assertThat(server.heard("\"act\"")).isEqualTo(1);
    }
  }

  @Test
  void anAnswerThatComesByteByByteIsAnAnswer() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      way.trickle();
      assertThat(client.text("act", "{}")).isEqualTo("done");
      assertThat(server.heard("\"act\"")).isEqualTo(1);
    }
  }

  @Test
  void aLossIsRecoveredByteByByte() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      server.forget();
      way.trickle();
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      assertThat(server.heard("\"initialize\"")).isEqualTo(2);
    }
  }

  @Test
  void aRecoveryWhoseWayBreaksIsBegunAnewByTheNextCall() throws Exception {
    try (var client = ToolClient.open(gateway.url("/mcp/mortal"))) {
      assertThat(client.text("incr", "{}")).isEqualTo("1");
      server.forget();
      way.closeConnections();
      way.refuse();
      WireClient.Reply refused = client.call("incr", "{}");
      assertThat(refused.body()).contains("\"error\"");
      way.resume();
      await().until(() -> client.call("incr", "{}").body().contains("\"result\""));
      assertThat(gateway.metric("weir_sessions")).isEqualTo(1);
    }
  }
}
