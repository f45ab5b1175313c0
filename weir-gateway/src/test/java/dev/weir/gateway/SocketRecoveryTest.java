package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.FaultProxy;
import dev.weir.tcp.Address;
import dev.weir.tcp.kit.ScriptedPeer;
import dev.weir.tcp.kit.ScriptedPeer.Kind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection to a server on a socket is lost, and its client's session goes on with another. */
@Timeout(300)
class SocketRecoveryTest {
  @TempDir private Path files;
  private ScriptedPeer server;
  private FaultProxy way;
  private @Nullable TestGateway serving;

  /** What becomes of the connection. */
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
    Files.createFile(heard());
    server = ScriptedPeer.lending(Kind.TCP, Peers.mortal(heard()));
    way = FaultProxy.to(((Address.Port) server.address()).port());
  }

  @AfterEach
  void end() throws IOException {
    way.resume();
    if (serving != null) {
      serving.close();
    }
    way.close();
    server.close();
  }

  private ToolClient client(String options) throws IOException {
    serving =
        TestGateway.serving(
            "upstreams: { mortal: { address: \"127.0.0.1:" + way.port() + "\"" + options + " } }");
    return ToolClient.open(gateway().url("/mcp/mortal"));
  }

  private TestGateway gateway() {
    return Objects.requireNonNull(serving);
  }

  private Path heard() {
    return files.resolve("heard");
  }

  private long heard(String part) throws IOException {
    return Files.readAllLines(heard()).stream().filter(line -> line.contains(part)).count();
  }

  private double recoveries(String outcome) throws IOException {
    return gateway()
        .metric("weir_upstream_recoveries_total{outcome=\"" + outcome + "\",upstream=\"mortal\"}");
  }

  /** Waits until the gateway knows that connections have ended. */
  private void awaitLoss(int losses) {
    await()
        .until(
            () ->
                gateway().metric("weir_upstream_sessions_lost_total{upstream=\"mortal\"}")
                    == losses);
  }

  private static String pid(ToolClient client) throws IOException {
    return ToolClient.member(client.text("incr", "{}"), "pid");
  }

  @ParameterizedTest
  @EnumSource
  void theSameSessionGoesOnWithAnotherConnectionThatWasToldWhatTheFirstWas(Fault fault)
      throws Exception {
    try (ToolClient client = client("")) {
      client.wire().call("logging/setLevel", "{\"level\":\"notice\"}");
      client.wire().call("resources/subscribe", "{\"uri\":\"test://one\"}");
      String first = pid(client);
      fault.happen.accept(way);
      awaitLoss(1); // a call that is written before would have an unknown outcome

      String state = client.text("state", "{}");
      assertThat(ToolClient.member(state, "pid")).isNotEqualTo(first);
      assertThat(state)
          .contains("\"level\":\"notice\"")
          .contains("\"initialized\":true")
          .contains("\"subscribed\":[\"test://one\"]");
      assertThat(heard("\"initialize\"")).isEqualTo(2);
      assertThat(heard("wire-client")).as("the client's own words").isEqualTo(2);
      assertThat(recoveries("recovered")).isEqualTo(1);
      await().until(() -> server.open() == 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCallThatMayHaveRunIsNotRunAgain(Fault fault) throws Exception {
    try (ToolClient client = client("")) {
      client.wire().call("tools/list", null);
      try (WireExchange call =
          client.wire().begin("tools/call", ToolClient.params("stall", "{}"))) {
        await().until(() -> heard("\"stall\"") == 1);
        fault.happen.accept(way);
        String error = call.reply().response();
        assertThat(ToolClient.member(error, "error", "data", "cause")).isEqualTo("outcome-unknown");
        assertThat(ToolClient.member(error, "error", "message"))
            .contains("upstream \"mortal\", tools/call")
            .contains("127.0.0.1:" + way.port());
      }
      pid(client);
      assertThat(heard("\"stall\"")).isEqualTo(1);
    }
  }

  /** Whatever is sent is swallowed, and nothing comes: as after a power cut at the other end. */
  @Test
  void aServerThatHasVanishedIsFoundByItsSilenceAndReplaced() throws Exception {
    try (ToolClient client = client(", response-timeout: 20s")) {
      String first = pid(client);
      way.drop();
      WireClient.Reply reply = client.call("incr", "{}");
      assertThat(reply.response())
          .contains("outcome-unknown")
          .contains("nothing came for 20s (response-timeout) while a call waited");
      way.resume();
      assertThat(pid(client)).isNotEqualTo(first);
      assertThat(heard("\"initialize\"")).isEqualTo(2);
    }
  }

  @Test
  void aClientThatLeavesTakesItsConnectionWithIt() throws Exception {
    try (ToolClient client = client("")) {
      pid(client);
      assertThat(server.open()).isEqualTo(1);
      assertThat(gateway().metric("weir_upstream_sessions{transport=\"tcp\",upstream=\"mortal\"}"))
          .isEqualTo(1);
      assertThat(gateway().page("/api/v1/status"))
          .contains("\"socket to 127.0.0.1:" + way.port() + ", 0 in flight\"")
          .containsPattern("\"sockets\" : 1")
          .containsPattern("\"processes\" : 0");
      client.delete();
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void aParkedSessionGivesItsConnectionBack() throws Exception {
    try (ToolClient client = client(", park-after: 1s")) {
      String first = pid(client);
      await().until(() -> server.open() == 0);
      assertThat(pid(client)).isNotEqualTo(first);
    }
  }

  @Test
  void sessionsThatAreReadyAreHandshakenBeforeAClientComes() throws Exception {
    try (ToolClient first = client(", session-standby: { min: 1, max: 2 }")) {
      pid(first);
      await().until(() -> heard("\"initialize\"") >= 2);
      try (ToolClient second = ToolClient.open(gateway().url("/mcp/mortal"))) {
        assertThat(pid(second)).isNotEqualTo(pid(first));
      }
    }
  }

  @Test
  void aServerThatIsNotThereIsToldByItsAddress() throws Exception {
    try (var nobody = TestGateway.serving("upstreams: { x: { address: unix:/no/such.sock } }");
        var wire = new WireClient(URI.create(nobody.url("/mcp/x")))) {
      assertThat(wire.open("2025-11-25", "{}").body())
          .contains(
              "upstream \\\"x\\\": unix:/no/such.sock: there is no such socket file; is the server"
                  + " running?");
    }
  }

  @Test
  void clientsMayShareAConnectionWhereTheOperatorSaysSo() throws Exception {
    try (ToolClient first = client(", isolation: shared");
        ToolClient second = ToolClient.open(gateway().url("/mcp/mortal"))) {
      assertThat(pid(first)).isEqualTo(pid(second));
      assertThat(server.open()).isEqualTo(1);
    }
  }
}
