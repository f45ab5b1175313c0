package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.gateway.kit.LineClient;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gateway's sockets: their bounds, and how they begin and end. The server is the demo. */
@Timeout(300)
class SocketListenersTest {
  private static final String PORT = "{ listen: \"127.0.0.1:0\", route: demo }";

  private static TestGateway serving(String sockets, String more) throws IOException {
    return TestGateway.serving("sockets: [ " + sockets + " ]\n" + more);
  }

  private static String place(TestGateway gateway) {
    return gateway.gateway().sockets().firstEntry().getKey();
  }

  @Test
  void aSocketWithoutARouteLeadsToAll() throws Exception {
    try (var gateway = serving("{ listen: \"127.0.0.1:0\" }", "");
        var client = LineClient.open(place(gateway))) {
      assertThat(gateway.gateway().sockets().values()).containsExactly("/mcp");
      assertThat(client.ask("tools/list", "{}")).contains("demo__echo");
    }
  }

  @Test
  void eachConnectionIsASessionOfItsOwn() throws Exception {
    try (var gateway = serving(PORT, "");
        var one = LineClient.open(place(gateway));
        var other = LineClient.open(place(gateway))) {
      assertThat(one.call("counter", "{}")).contains("\"1\"");
      assertThat(one.call("counter", "{}")).contains("\"2\"");
      assertThat(other.call("counter", "{}")).contains("\"1\"");
      assertThat(gateway.metric("weir_sessions")).isEqualTo(2);
      assertThat(gateway.metric("weir_client_connections")).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void connectionsOnSocketsCountWithThoseOverHttp() throws Exception {
    try (var gateway = serving(PORT, "limits: { connections: 3 }");
        var http = ToolClient.open(gateway.url("/mcp/demo"));
        var one = LineClient.open(place(gateway))) {
      assertThat(http.text("add", "{\"a\":1,\"b\":2}")).isEqualTo("3");
      List<LineClient> more = new ArrayList<>();
      try {
        // How many connections the HTTP client holds is its own business: at most two.
        String refused = "";
        while (refused.isEmpty() && more.size() < 3) {
          var next = new LineClient(place(gateway));
          more.add(next);
          String answer = said(next);
          refused = answer.contains("too many connections") ? answer : "";
        }
        assertThat(refused).contains("limits.connections");
        assertThat(one.call("counter", "{}")).contains("\"1\"");
      } finally {
        more.forEach(LineClient::close);
      }
    }
  }

  /** Who is turned away may find the connection reset under its first words. */
  private static String said(LineClient client) {
    try {
      return client.next();
    } catch (IOException e) {
      return "too many connections (limits.connections), and " + e.getMessage();
    }
  }

  @Test
  void sessionsOverTheLimitAreToldSoAndMayTryAgain() throws Exception {
    try (var gateway = serving(PORT, "sessions: { max: 1 }")) {
      var one = LineClient.open(place(gateway));
      try (var other = new LineClient(place(gateway))) {
        assertThat(other.initialize()).contains("busy").contains("sessions.max");
        one.close();
        await().until(() -> gateway.metric("weir_sessions") == 0);
        assertThat(other.initialize()).contains("\"result\"");
      } finally {
        one.close();
      }
    }
  }

  @Test
  void aSessionThatHasBecomeTooOldEndsWithItsConnection() throws Exception {
    try (var gateway = serving(PORT, "sessions: { max-lifetime: 1s }");
        var client = LineClient.open(place(gateway))) {
      assertThatThrownBy(() -> client.next()).isInstanceOf(IOException.class);
      await().until(() -> gateway.metric("weir_sessions") == 0);
    }
  }

  @Test
  void aClientThatIsConnectedIsNotIdle() throws Exception {
    try (var gateway = serving(PORT, "sessions: { idle-timeout: 1s }");
        var client = LineClient.open(place(gateway))) {
      await().during(Duration.ofSeconds(4)).until(() -> gateway.metric("weir_sessions") == 1);
      assertThat(client.call("counter", "{}")).contains("\"1\"");
    }
  }

  @Test
  void aDrainLetsACallFinishAndRefusesTheNext() throws Exception {
    var gateway = serving(PORT, "");
    try (var client = LineClient.open(place(gateway))) {
      int slow =
          client.begin("tools/call", ToolClient.params("slow", "{\"seconds\":2,\"steps\":2}"));
      await().until(() -> gateway.page("/api/v1/status").contains("\"requestsInFlight\" : 1"));
      Background<Boolean> ended =
          Background.start(
              () -> {
                gateway.gateway().drainAndClose(Patience.LIMIT);
                return true;
              });
      String refusal = "";
      int ids = slow;
      while (!refusal.contains("shutting down")) {
        refusal = client.ask("ping", "{}");
        assertThat(++ids).as("pings before the drain began").isLessThan(100_000);
      }
      assertThat(client.answer(slow)).contains("\"result\"");
      assertThat(ended.result()).isTrue();
      assertThatThrownBy(() -> client.next()).isInstanceOf(IOException.class);
    } finally {
      gateway.close();
    }
  }

  @Test
  void aSocketThatCannotBeListenedOnStopsTheStartAndLeavesNothing() throws Exception {
    Path folder = Files.createTempDirectory("weir");
    Path first = folder.resolve("first.sock");
    Path second = folder.resolve("second.sock");
    try {
      Files.writeString(second, "precious");
      assertThatThrownBy(
              () ->
                  serving(
                      "{ listen: \"unix:" + first + "\" }, { listen: \"unix:" + second + "\" }",
                      ""))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "sockets: unix:%1$s: %1$s is there and is no socket; remove it, or listen somewhere"
                      .formatted(second)
                  + " else");
      assertThat(first).doesNotExist();
    } finally {
      Files.deleteIfExists(second);
      Files.delete(folder);
    }
  }
}
