package dev.weir.mcp.internal.bridge;

import static dev.weir.mcp.internal.bridge.FakeModern.message;
import static dev.weir.mcp.internal.bridge.FakeModern.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.HttpConnections;
import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.http.kit.ScriptedServer.Peer;
import dev.weir.http.kit.ScriptedServer.Request;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.mcp.internal.bridge.FakeModern.Client;
import dev.weir.pool.kit.Patience;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which protocol a legacy client's conversation gets, as the server learns and forgets eras. */
@Timeout(300)
class EitherEraTest {
  private static final String JSON = "Content-Type: application/json\r\n";

  /** A server that speaks the eras that the test says, over HTTP, and the connector to it. */
  private static final class Server implements AutoCloseable {
    volatile Set<Era> speaks;
    volatile int discoverStatus = 200;
    final AtomicLong now = new AtomicLong();
    private final ScriptedServer server;
    private final HttpConnections http = HttpConnections.create(PatientHttp.options());
    final UpstreamConnector connector;

    Server(@Nullable Era only, Era... speaks) throws Exception {
      this.speaks = Set.of(speaks);
      server = ScriptedServer.answering(this::answer);
      connector =
          new EitherEraConnector(
              "test",
              Transports.http(HttpUpstreamOptions.of("test", server.uri("/mcp")), http),
              only,
              now::get,
              Patience.LIMIT);
    }

    private void answer(Request request, Peer peer) throws Exception {
      if (request.method().equals("DELETE")) {
        peer.answer(200, "", "");
        return;
      }
      Envelope message = message(request.body());
      boolean modern = request.header("Mcp-Method") != null;
      if (modern && discoverStatus != 200) {
        peer.answer(discoverStatus, "", "");
      } else if (!speaks.contains(modern ? Era.MODERN : Era.LEGACY)) {
        int code = modern ? -32000 : -32022;
        peer.answer(400, JSON, text(FakeModern.error(message, code, null)));
      } else if (message.isNotification()) {
        peer.answer(202, "", "");
      } else if (message.is("server/discover")) {
        peer.answer(200, JSON, text(FakeModern.result(message, FakeModern.DISCOVERED)));
      } else if (message.is("initialize")) {
        String result =
            "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"serverInfo\":"
                + "{\"name\":\"legacy\",\"version\":\"1\"}}";
        String session = JSON + "Mcp-Session-Id: s\r\n";
        peer.answer(200, session, text(FakeModern.result(message, result)));
      } else {
        String result = "{\"era\":\"" + (modern ? "modern" : "legacy") + "\"}";
        peer.answer(200, JSON, text(FakeModern.result(message, result)));
      }
    }

    /** The methods that it was asked since the last look. */
    List<String> asked() {
      List<String> methods =
          server.requests().stream()
              .filter(request -> !request.method().equals("DELETE"))
              .map(request -> String.valueOf(message(request.body()).method()))
              .toList();
      List<String> fresh = methods.subList(seen, methods.size());
      seen = methods.size();
      return fresh;
    }

    private int seen;

    UpstreamTransport open() throws Exception {
      return connector.open(new Nobody());
    }

    @Override
    public void close() {
      connector.close();
      http.close();
      server.close();
    }
  }

  private static final class Nobody implements UpstreamListener {
    @Override
    public void unsolicited(Envelope message) {}

    @Override
    public void ended(@Nullable Throwable cause) {}
  }

  private static String ask(UpstreamTransport upstream, String method) throws Exception {
    String params =
        method.equals("initialize")
            ? "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}"
            : "{}";
    Envelope request =
        message(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}"
                .formatted(method, params));
    try (Answer answer = upstream.request(request, new Client())) {
      return text(((Answer.Response) answer).event().message());
    }
  }

  @Test
  void aLegacyServerIsAskedNothingBesidesWhatItsClientsAsk() throws Exception {
    try (var server = new Server(null, Era.LEGACY)) {
      UpstreamTransport upstream = server.open();
      assertThat(ask(upstream, "initialize")).contains("\"legacy\"");
      assertThat(ask(upstream, "tools/list")).contains("\"era\":\"legacy\"");
      assertThat(server.asked()).containsExactly("initialize", "tools/list");
      assertThat(server.connector.era()).isEqualTo(Era.LEGACY);
    }
  }

  @Test
  void aServerOfBothErasIsSpokenToAsTheClientSpeaks() throws Exception {
    try (var server = new Server(null, Era.LEGACY, Era.MODERN)) {
      assertThat(server.connector.era()).isEqualTo(Era.MODERN);
      UpstreamTransport upstream = server.open();
      assertThat(ask(upstream, "initialize")).contains("\"legacy\"");
      assertThat(ask(upstream, "tools/list")).contains("\"era\":\"legacy\"");
    }
  }

  @Test
  void aModernServerIsBridgedAndTheNextClientKnowsItFromTheBeginning() throws Exception {
    try (var server = new Server(null, Era.MODERN)) {
      UpstreamTransport upstream = server.open();
      assertThat(ask(upstream, "initialize")).contains("\"fake\"", "\"2025-11-25\"");
      assertThat(ask(upstream, "tools/list")).contains("\"era\":\"modern\"");
      assertThat(server.asked())
          .containsExactly("initialize", "server/discover", "server/discover", "tools/list");
      assertThat(server.connector.era()).isEqualTo(Era.MODERN);

      assertThat(ask(server.open(), "initialize")).contains("\"fake\"");
      assertThat(server.asked()).containsExactly("server/discover");
    }
  }

  @Test
  void afterAWhileAServerMayHaveLearntToSpeakTheLegacyProtocol() throws Exception {
    try (var server = new Server(null, Era.MODERN)) {
      ask(server.open(), "initialize");
      server.speaks = Set.of(Era.MODERN, Era.LEGACY);
      assertThat(ask(server.open(), "initialize")).contains("\"fake\"");
      server.now.addAndGet(EraMemory.OLD.toNanos() + 1);
      assertThat(ask(server.open(), "initialize")).contains("\"legacy\"");
    }
  }

  @Test
  void aServerThatForgetsItsEraLosesItsSessionsAndServesTheNextOnesInTheOther() throws Exception {
    try (var server = new Server(null, Era.MODERN)) {
      UpstreamTransport upstream = server.open();
      ask(upstream, "initialize");
      server.speaks = Set.of(Era.LEGACY);
      assertThatThrownBy(() -> ask(upstream, "tools/list"))
          .isInstanceOf(UpstreamSessionLostException.class);
      UpstreamTransport legacy = server.open();
      assertThat(ask(legacy, "initialize")).contains("\"legacy\"");
      assertThat(server.connector.era()).isEqualTo(Era.LEGACY);

      server.speaks = Set.of(Era.MODERN);
      assertThatThrownBy(() -> ask(legacy, "tools/list"))
          .isInstanceOf(UpstreamSessionLostException.class);
      assertThat(ask(server.open(), "initialize")).contains("\"fake\"");
      assertThat(server.connector.era()).isEqualTo(Era.MODERN);
    }
  }

  @Test
  void aClientOfAServerThatJustForgotTheModernEraIsServedAllTheSame() throws Exception {
    try (var server = new Server(null, Era.MODERN)) {
      ask(server.open(), "initialize");
      server.speaks = Set.of(Era.LEGACY);
      UpstreamTransport upstream = server.open();
      assertThat(ask(upstream, "initialize")).contains("\"legacy\"");
      assertThat(ask(upstream, "tools/list")).contains("\"era\":\"legacy\"");
    }
  }

  @Test
  void aStaleVerdictDoesNotKeepAClientFromAServerThatHasBecomeModern() throws Exception {
    try (var server = new Server(null, Era.LEGACY)) {
      assertThat(server.connector.era()).isEqualTo(Era.LEGACY);
      server.speaks = Set.of(Era.MODERN);
      assertThat(ask(server.open(), "initialize")).contains("\"fake\"");
    }
  }

  @Test
  void aRefusalOfAServerThatIsNotModernReachesTheClientAsItWas() throws Exception {
    try (var server = new Server(null)) {
      server.discoverStatus = 404;
      assertThatThrownBy(() -> ask(server.open(), "initialize"))
          .isInstanceOfSatisfying(
              UpstreamRejectedException.class, e -> assertThat(e.status()).isEqualTo(400));
    }
  }

  @Test
  void theOperatorsWordIsNotQuestioned() throws Exception {
    try (var server = new Server(Era.LEGACY, Era.MODERN)) {
      assertThat(server.connector.era()).isEqualTo(Era.LEGACY);
      assertThatThrownBy(() -> ask(server.open(), "initialize"))
          .isInstanceOf(UpstreamRejectedException.class);
      assertThat(server.asked()).containsExactly("initialize");
    }
    try (var server = new Server(Era.MODERN, Era.MODERN, Era.LEGACY)) {
      assertThat(server.connector.era()).isEqualTo(Era.MODERN);
      assertThat(ask(server.open(), "initialize")).contains("\"fake\"");
      assertThat(server.asked()).containsExactly("server/discover");
    }
  }

  @Test
  void aClosedConnectorEndsItsBridges() throws Exception {
    try (var server = new Server(null, Era.MODERN)) {
      UpstreamTransport upstream = server.open();
      ask(upstream, "initialize");
      server.connector.close();
      assertThatThrownBy(() -> ask(upstream, "tools/list"))
          .isInstanceOf(UpstreamUnavailableException.class);
    }
  }
}
