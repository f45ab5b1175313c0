package dev.weir.mcp.internal.upstream;

import static dev.weir.mcp.internal.upstream.Fixture.request;
import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.kit.ScriptedServer;
import dev.weir.http.kit.ScriptedServer.Peer;
import dev.weir.http.kit.ScriptedServer.Request;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.mcp.WebSocketOptions;
import dev.weir.mcp.internal.upstream.Fixture.Events;
import dev.weir.pool.kit.Patience;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Conversations over WebSockets with a server that does what a script says, byte by byte. */
@Timeout(300)
class WebSocketUpstreamTest {
  private static final String LOG =
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}";

  private final Fixture.Heard heard = new Fixture.Heard();
  private ScriptedServer server;
  private WebSocketConnector connector;

  private volatile ScriptedServer.Script script = Peer::awaitClose;

  @BeforeEach
  void begin() throws Exception {
    server = ScriptedServer.of(peer -> script.serve(peer));
    connector = connector(Patience.LIMIT, Patience.LIMIT, Patience.LIMIT, 1 << 20);
  }

  @AfterEach
  void end() {
    connector.close();
    server.close();
  }

  private WebSocketConnector connector(
      Duration connect, Duration write, Duration ping, int maxMessage) {
    return new WebSocketConnector(
        new WebSocketOptions(
            "test",
            URI.create("ws://127.0.0.1:" + server.port() + "/mcp?key=secret"),
            Map.of("Authorization", "Bearer secret"),
            maxMessage,
            connect,
            write,
            ping,
            Duration.ofMillis(500)));
  }

  private void use(WebSocketConnector other) {
    connector.close();
    connector = other;
  }

  private void serve(ScriptedServer.Script afterHandshake) {
    script =
        peer -> {
          accept(peer);
          afterHandshake.serve(peer);
        };
  }

  private static void accept(Peer peer) throws Exception {
    Request upgrade = java.util.Objects.requireNonNull(peer.read());
    String key = upgrade.header("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    byte[] digest = MessageDigest.getInstance("SHA-1").digest(key.getBytes(UTF_8));
    peer.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Protocol: mcp\r\nSec-WebSocket-Accept: "
            + Base64.getEncoder().encodeToString(digest)
            + "\r\n\r\n");
  }

  /** A frame of a server. */
  private static byte[] frame(int first, byte[] payload) {
    var out = new ByteArrayOutputStream();
    out.write(first);
    if (payload.length < 126) {
      out.write(payload.length);
    } else {
      out.write(126);
      out.write(payload.length >> 8);
      out.write(payload.length);
    }
    out.writeBytes(payload);
    return out.toByteArray();
  }

  private static void say(Peer peer, String message) throws Exception {
    peer.write(frame(0x81, message.getBytes(UTF_8)));
  }

  private static String answer(int id) {
    return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{}}";
  }

  private CompletableFuture<Answer> call(UpstreamTransport upstream, int id) {
    return Fixture.inBackground(upstream, request(id, "tools/call", "{}"), new Events());
  }

  @Test
  void messagesAreTextsWholeOrInParts() throws Exception {
    serve(
        peer -> {
          say(peer, LOG);
          byte[] whole = answer(1).getBytes(UTF_8);
          peer.write(frame(0x01, java.util.Arrays.copyOf(whole, 10)));
          peer.write(frame(0x89, new byte[0]));
          peer.write(frame(0x80, java.util.Arrays.copyOfRange(whole, 10, whole.length)));
          peer.awaitClose();
        });
    UpstreamTransport upstream = connector.open(heard);
    await().until(() -> heard.unsolicited.contains(LOG));
    await().until(() -> upstream.describe().contains("1 late responses"));
    Request upgrade = server.requests().getFirst();
    assertThat(upgrade.target()).isEqualTo("/mcp?key=secret");
    assertThat(upgrade.header("Sec-WebSocket-Protocol")).isEqualTo("mcp");
    assertThat(upgrade.header("Authorization")).isEqualTo("Bearer secret");
    assertThat(upstream.hasStreams()).isFalse();
    assertThat(upstream.describe()).contains("WebSocket, ws://127.0.0.1").doesNotContain("secret");
    assertThat(connector.sockets()).isEqualTo(1);
  }

  @Test
  void aRequestIsAnsweredAndWhatIsNoMessageIsCountedAndSkipped() throws Exception {
    var go = new CompletableFuture<Void>();
    serve(
        peer -> {
          go.get(1, MINUTES);
          say(peer, "no message");
          peer.write(frame(0x82, new byte[] {1}));
          peer.write(frame(0x01, new byte[0]));
          peer.write(frame(0x80, answer(1).getBytes(UTF_8)));
          peer.awaitClose();
        });
    UpstreamTransport upstream = connector.open(heard);
    var asked = call(upstream, 1);
    await().until(() -> upstream.describe().contains("1 in flight"));
    go.complete(null);
    assertThat(Fixture.text(asked.get())).isEqualTo(answer(1));
    assertThat(upstream.describe()).contains("2 texts that are no message");
  }

  /** How a connection ends. */
  enum End {
    CLOSE_FRAME,
    END_OF_STREAM,
    RESET,
    MASKED_FRAME,
    TOO_LARGE;

    void happen(Peer peer) throws Exception {
      switch (this) {
        case CLOSE_FRAME -> {
          peer.write(frame(0x88, new byte[] {3, (byte) 0xe9}));
          peer.awaitClose();
        }
        case END_OF_STREAM -> {}
        case RESET -> peer.reset();
        case MASKED_FRAME -> {
          peer.write(new byte[] {(byte) 0x81, (byte) 0x80, 0, 0, 0, 0});
          peer.awaitClose();
        }
        case TOO_LARGE -> {
          peer.write(frame(0x81, new byte[2_000]));
          peer.awaitClose();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void theEndOfTheSocketEndsTheConversation(End end) throws Exception {
    var go = new CompletableFuture<Void>();
    serve(
        peer -> {
          go.get(1, MINUTES);
          end.happen(peer);
        });
    use(connector(Patience.LIMIT, Patience.LIMIT, Patience.LIMIT, 1_000));
    UpstreamTransport upstream = connector.open(heard);
    var asked = call(upstream, 1);
    await().until(() -> upstream.describe().contains("1 in flight"));
    upstream.send(Messages.notification("notifications/initialized", null)); // behind the request
    go.complete(null);
    assertThatThrownBy(asked::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("tools/call 1");
    assertThat(heard.ended.get(1, MINUTES)).hasMessageContaining("upstream \"test\"");
    assertThatThrownBy(() -> upstream.request(request(2, "tools/call", "{}"), new Events()))
        .isInstanceOf(UpstreamSessionLostException.class)
        .hasMessageContaining("not sent");
    await().until(() -> connector.sockets() == 0);
    await().until(() -> server.open() == 0);
  }

  @Test
  void aServerThatGivesNoSignOfLifeIsGivenUp() throws Exception {
    serve(Peer::awaitClose);
    use(connector(Patience.LIMIT, Patience.LIMIT, Duration.ofMillis(100), 1_000));
    UpstreamTransport upstream = connector.open(heard);
    var asked = call(upstream, 1);
    assertThat(heard.ended.get(1, MINUTES)).hasMessageContaining("no sign of life");
    assertThatThrownBy(asked::get).cause().isInstanceOf(OutcomeUnknownException.class);
    await().until(() -> server.open() == 0);
  }

  @Test
  void closingSaysGoodbyeAndDoesNotWaitForLong() throws Exception {
    serve(Peer::awaitClose);
    UpstreamTransport upstream = connector.open(heard);
    var asked = call(upstream, 1);
    await().until(() -> upstream.describe().contains("1 in flight"));
    upstream.close();
    upstream.close();
    assertThatThrownBy(asked::get)
        .cause()
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("closed");
    await().until(() -> server.open() == 0);
    assertThat(heard.ended).isNotDone();
    assertThat(connector.sockets()).isZero();
  }

  @Test
  void aServerThatRefusesKeepsItsStatus() throws Exception {
    script =
        peer -> {
          peer.read();
          peer.answer(403, "", "no");
        };
    assertThatThrownBy(() -> connector.open(heard))
        .isInstanceOfSatisfying(
            UpstreamRejectedException.class, e -> assertThat(e.status()).isEqualTo(403))
        .hasMessageContaining("refused to become a WebSocket")
        .hasMessageNotContaining("secret");
    assertThat(connector.sockets()).isZero();
  }

  @Test
  void aServerThatIsNotThereIsUnavailable() throws Exception {
    serve(Peer::awaitClose);
    server.close();
    assertThatThrownBy(() -> connector.open(heard))
        .isInstanceOf(UpstreamUnavailableException.class)
        .hasMessageContaining("upstream \"test\"")
        .hasMessageNotContaining("secret");
    assertThat(heard.ended).as("it never was a conversation").isNotDone();
  }

  @Test
  void aServerThatNeverAnswersTheHandshakeIsGivenUp() throws Exception {
    use(connector(Duration.ofMillis(200), Patience.LIMIT, Patience.LIMIT, 1_000));
    assertThatThrownBy(() -> connector.open(heard))
        .isInstanceOf(UpstreamUnavailableException.class);
    await().until(() -> server.open() == 0);
  }

  @Test
  void aServerThatTakesNothingIsGivenUpAndTheOutcomeIsUnknown() throws Exception {
    serve(peer -> Thread.sleep(Patience.LIMIT)); // reads nothing; the test's end interrupts it
    use(connector(Patience.LIMIT, Duration.ofMillis(300), Patience.LIMIT, 1_000));
    UpstreamTransport upstream = connector.open(heard);
    String large = "{\"text\":\"" + "x".repeat(32 << 20) + "\"}";
    assertThatThrownBy(() -> upstream.request(request(1, "tools/call", large), new Events()))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("takes no more input");
    assertThat(heard.ended.get(1, MINUTES)).hasMessageContaining("takes no more input");
  }
}
