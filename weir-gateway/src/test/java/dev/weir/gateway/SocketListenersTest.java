package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.gateway.kit.MessageClient;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.Patience;
import dev.weir.tcp.Address;
import dev.weir.tcp.Framing;
import dev.weir.tcp.TcpConnection;
import dev.weir.tcp.TcpConnections;
import dev.weir.tcp.TcpOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gateway's sockets: their bounds, and how they begin and end. The server is the demo. */
@Timeout(300)
class SocketListenersTest {
  private static final String PORT = "{ listen: \"127.0.0.1:0\", route: demo }";
  private static final String COUNT = ToolClient.params("counter", "{}");

  private static TestGateway serving(String sockets, String more) throws IOException {
    return TestGateway.serving("sockets: [ " + sockets + " ]\n" + more);
  }

  private static String place(TestGateway gateway) {
    return gateway.gateway().sockets().firstEntry().getKey();
  }

  private static MessageClient connect(TestGateway gateway) throws IOException {
    return MessageClient.socket(place(gateway));
  }

  private static MessageClient open(TestGateway gateway) throws Exception {
    return connect(gateway).open("2025-11-25");
  }

  @Test
  void aSocketWithoutARouteLeadsToAll() throws Exception {
    try (var gateway = serving("{ listen: \"127.0.0.1:0\" }", "");
        var client = open(gateway)) {
      assertThat(gateway.gateway().sockets().values()).containsExactly("/mcp");
      assertThat(client.call("1", "tools/list", "{}")).contains("demo__echo");
    }
  }

  @Test
  void eachConnectionIsASessionOfItsOwn() throws Exception {
    try (var gateway = serving(PORT, "");
        var one = open(gateway);
        var other = open(gateway)) {
      assertThat(one.call("1", "tools/call", COUNT)).contains("\"1\"");
      assertThat(one.call("2", "tools/call", COUNT)).contains("\"2\"");
      assertThat(other.call("1", "tools/call", COUNT)).contains("\"1\"");
      assertThat(gateway.metric("weir_sessions")).isEqualTo(2);
      assertThat(gateway.metric("weir_client_connections")).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void connectionsOnSocketsCountWithThoseOverHttp() throws Exception {
    try (var gateway = serving(PORT, "limits: { connections: 2 }");
        var one = open(gateway);
        var two = open(gateway);
        var third = silent(gateway);
        var http = new WireClient(URI.create(gateway.url("/mcp/demo")))) {
      assertThat(heard(third)).contains("too many connections (limits.connections)");
      assertThat(http.open("2025-11-25", "{}").status()).isEqualTo(503);
      assertThat(one.call("1", "tools/call", COUNT)).contains("\"1\"");
      two.close();
      await().until(() -> http.open("2025-11-25", "{}").status() == 200);
    }
  }

  @Test
  void connectionsOverHttpCountWithThoseOnSockets() throws Exception {
    try (var gateway = serving(PORT, "limits: { connections: 2 }");
        var one = new Socket("127.0.0.1", gateway.port());
        var two = new Socket("127.0.0.1", gateway.port())) {
      assertThat(one.isConnected() && two.isConnected()).isTrue();
      await()
          .until(
              () -> {
                try (var third = silent(gateway)) {
                  return heard(third).contains("too many connections");
                }
              });
    }
  }

  private static TcpConnection silent(TestGateway gateway) throws IOException {
    return TcpConnections.open(
        Address.parse(place(gateway)), Framing.lines(), TcpOptions.defaults());
  }

  /** What a client that says nothing hears for a while; nothing where it is served. */
  private static String heard(TcpConnection client) {
    try {
      return new String(client.read(Duration.ofSeconds(2)), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void sessionsOverTheLimitAreToldSoAndMayTryAgain() throws Exception {
    try (var gateway = serving(PORT, "sessions: { max: 1 }")) {
      var one = open(gateway);
      try (var other = connect(gateway)) {
        String initialize = "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}";
        assertThat(other.call("1", "initialize", initialize)).contains("busy", "sessions.max");
        one.close();
        await().until(() -> gateway.metric("weir_sessions") == 0);
        assertThat(other.call("2", "initialize", initialize)).contains("\"result\"");
      } finally {
        one.close();
      }
    }
  }

  @Test
  void aClientThatDoesNotBeginIsClosedWhateverElseItSays() throws Exception {
    try (var gateway = serving(PORT, "");
        var silent = connect(gateway);
        var pinging = connect(gateway);
        var begun = open(gateway)) {
      assertThat(pinging.call("1", "ping", "{}")).contains("result");
      silent.awaitEnd();
      pinging.awaitEnd();
      assertThat(begun.call("1", "tools/call", COUNT)).contains("\"1\"");
    }
  }

  @Test
  void aSessionThatHasBecomeTooOldEndsWithItsConnection() throws Exception {
    try (var gateway = serving(PORT, "sessions: { max-lifetime: 1s }");
        var client = open(gateway)) {
      client.awaitEnd();
      await().until(() -> gateway.metric("weir_sessions") == 0);
    }
  }

  @Test
  void aClientThatIsConnectedIsNotIdle() throws Exception {
    try (var gateway = serving(PORT, "sessions: { idle-timeout: 1s }");
        var client = open(gateway)) {
      await().during(Duration.ofSeconds(4)).until(() -> gateway.metric("weir_sessions") == 1);
      assertThat(client.call("1", "tools/call", COUNT)).contains("\"1\"");
    }
  }

  @Test
  void aDrainLetsACallFinishAndRefusesTheNext() throws Exception {
    var gateway = serving(PORT, "");
    try (var client = open(gateway)) {
      client.send(
          MessageClient.request(
              "\"slow\"", "tools/call", ToolClient.params("slow", "{\"seconds\":2,\"steps\":2}")));
      await().until(() -> gateway.page("/api/v1/status").contains("\"requestsInFlight\" : 1"));
      Background<Boolean> ended =
          Background.start(
              () -> {
                gateway.gateway().drainAndClose(Patience.LIMIT);
                return true;
              });
      assertThat(client.response("\"slow\"")).contains("\"result\"");
      client.awaitEnd();
      assertThat(ended.result()).isTrue();
    } finally {
      gateway.close();
    }
  }

  @Test
  void aSocketThatCannotBeListenedOnStopsTheStartAndLeavesNothing() throws Exception {
    Path folder = Files.createTempDirectory("weir");
    Path first = folder.resolve("first.sock");
    Path second = folder.resolve("second.sock");
    String sockets = "{ listen: \"unix:" + first + "\" }, { listen: \"unix:" + second + "\" }";
    try {
      Files.writeString(second, "precious");
      assertThatThrownBy(() -> serving(sockets, ""))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "sockets: unix:"
                  + second
                  + ": "
                  + second
                  + " is there and is no socket; remove it, or listen somewhere else");
      assertThat(first).doesNotExist();
    } finally {
      Files.deleteIfExists(second);
      Files.delete(folder);
    }
  }

  @Test
  void aSocketThatLeadsNowhereStopsTheStart() {
    assertThatThrownBy(() -> serving("{ listen: \"127.0.0.1:0\", route: nowhere }", ""))
        .isInstanceOf(IOException.class)
        .hasMessage("sockets: 127.0.0.1:0: no route /mcp/nowhere; there are /mcp/demo, /mcp");
  }
}
