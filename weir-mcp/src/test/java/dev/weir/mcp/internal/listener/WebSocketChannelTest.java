package dev.weir.mcp.internal.listener;

import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.HttpServer;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** WebSockets on our own listener: with the JDK's client, and byte by byte. */
@Timeout(300)
class WebSocketChannelTest extends ServerKit {
  private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
  private static final String HANDSHAKE =
      """
      GET /mcp HTTP/1.1\r
      Host: test\r
      Upgrade: websocket\r
      Connection: keep-alive, Upgrade\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      Sec-WebSocket-Version: 13\r
      Sec-WebSocket-Protocol: chat, mcp\r
      \r
      """;

  private final List<String> ends = new CopyOnWriteArrayList<>();
  private final BlockingQueue<WebSocketChannel> channels = new LinkedBlockingQueue<>();
  private Duration patience = Duration.ofMinutes(5);

  private HttpServer echoing() throws IOException {
    return serve(this::echoMessages);
  }

  /** Answers each message with itself. */
  private void echoMessages(HttpExchange exchange) throws IOException {
    if (!WebSocketChannel.isAsked(exchange)) {
      echo(exchange);
      return;
    }
    try (WebSocketChannel channel = WebSocketChannel.open(exchange, patience)) {
      if (channel == null) {
        ends.add("refused");
        return;
      }
      channels.add(channel);
      String end = "closed";
      try {
        Messages.Read read = channel.read();
        while (read != null) {
          for (Envelope message : read.messages()) {
            channel.write(message);
          }
          read = channel.read();
        }
      } catch (IOException | MalformedMessageException e) {
        end = String.valueOf(e.getMessage());
      }
      ends.add(end);
    }
  }

  /** The JDK's client. */
  private static final class Client implements WebSocket.Listener, AutoCloseable {
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    final HttpClient http = HttpClient.newHttpClient();
    final WebSocket socket;
    private final StringBuilder text = new StringBuilder();

    Client(HttpServer server) {
      URI url = URI.create("ws://127.0.0.1:" + server.address().getPort() + "/mcp");
      socket = http.newWebSocketBuilder().subprotocols("other", "mcp").buildAsync(url, this).join();
    }

    String next() throws InterruptedException {
      return String.valueOf(heard.poll(1, MINUTES));
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        heard.add(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
      heard.add("ping");
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
      heard.add("pong " + UTF_8.decode(message));
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
      heard.add("close " + status + " " + reason);
      return null;
    }

    @Override
    public void close() {
      socket.abort();
      http.shutdownNow();
    }
  }

  private Client client(HttpServer server) {
    return closeLater(new Client(server));
  }

  private void awaitEnd(String end) {
    await().untilAsserted(() -> assertThat(ends).contains(end));
  }

  @Test
  void messagesGoBothWaysWholeAndInParts() throws Exception {
    maxBody = 1 << 20;
    HttpServer server = echoing();
    Client client = client(server);
    assertThat(client.socket.getSubprotocol()).isEqualTo("mcp");
    client.socket.sendText(PING, true).join();
    assertThat(client.next()).isEqualTo(PING);
    client.socket.sendText(PING.substring(0, 9), false).join();
    client.socket.sendPing(ByteBuffer.wrap("hey".getBytes(UTF_8))).join();
    client.socket.sendText(PING.substring(9), true).join();
    assertThat(client.next()).isEqualTo("pong hey");
    assertThat(client.next()).isEqualTo(PING);
    String large = PING.replace("ping", "grüße ✓".repeat(60_000));
    client.socket.sendText(large, true).join();
    assertThat(client.next()).isEqualTo(large);
    client.socket.sendClose(4321, "bye").join();
    assertThat(client.next()).isEqualTo("close 4321 ");
    awaitEnd("closed");
    await().until(() -> server.connections() == 0);
  }

  @Test
  void whatClosesHereIsToldToTheClient() throws Exception {
    HttpServer server = echoing();
    Client client = client(server);
    client.socket.sendText(PING, true).join();
    assertThat(client.next()).isEqualTo(PING);
    WebSocketChannel channel = channels.take();
    channel.close();
    channel.close();
    assertThat(client.next()).isEqualTo("close 1001 goodbye");
    awaitEnd("closed");
    await().until(() -> server.connections() == 0);
  }

  @Test
  void whatTheClientMaySendNoMoreOfIsRefusedByTheLimitOfBodies() throws Exception {
    maxBody = 1_000;
    Client client = client(echoing());
    client.socket.sendText("x".repeat(1_001), true).join();
    assertThat(client.next()).isEqualTo("close 1009 a message of more than 1000 bytes");
    awaitEnd("a message of more than 1000 bytes");
  }

  @Test
  void aSilentClientIsAskedForASignOfLifeAndItsSilenceIsItsEnd() throws Exception {
    patience = Duration.ofMillis(300);
    HttpServer server = echoing();
    Client alive = client(server);
    alive.socket.sendText(PING, true).join();
    assertThat(afterPings(alive)).isEqualTo(PING);
    for (int i = 0; i < 8; i++) {
      assertThat(alive.next()).as("it answers each").isEqualTo("ping");
    }
    RawClient mute = connect(server).send(HANDSHAKE);
    assertThat(mute.replyHead().status()).isEqualTo(101);
    mute.socket.getOutputStream().write(masked(0x81, PING));
    awaitEnd("the client gives no sign of life");
  }

  @Test
  void aClientThatHasNothingToSayIsSentAway() throws Exception {
    patience = Duration.ofMillis(100);
    assertThat(afterPings(client(echoing()))).isEqualTo("close 1008 the client said nothing");
  }

  /** What comes next that asks for no sign of life; on a slow machine that may come at any time. */
  private static String afterPings(Client client) throws Exception {
    String heard = client.next();
    while (heard.equals("ping")) {
      heard = client.next();
    }
    return heard;
  }

  private static byte[] masked(int first, String payload) {
    byte[] text = payload.getBytes(UTF_8);
    byte[] frame = new byte[6 + text.length];
    frame[0] = (byte) first;
    frame[1] = (byte) (0x80 | text.length);
    System.arraycopy(text, 0, frame, 6, text.length); // masked with zeros
    return frame;
  }

  @Test
  void theHandshakeIsThatOfTheSpecificationAndWhatFollowsAtOnceIsRead() throws Exception {
    RawClient client = connect(echoing());
    byte[] frame = masked(0x81, PING);
    client.send(HANDSHAKE + new String(frame, java.nio.charset.StandardCharsets.ISO_8859_1));
    RawClient.Reply reply = client.replyHead();
    assertThat(reply.status()).isEqualTo(101);
    assertThat(reply.header("Upgrade")).isEqualTo("websocket");
    assertThat(reply.header("Connection")).isEqualTo("Upgrade");
    assertThat(reply.header("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assertThat(reply.header("Sec-WebSocket-Protocol")).isEqualTo("mcp");
    assertThat(client.text(2 + PING.length())).endsWith(PING);
  }

  @ParameterizedTest
  @CsvSource({
    "Sec-WebSocket-Version: 13, Sec-WebSocket-Version: 8, 426",
    "Sec-WebSocket-Version: 13, X-Nothing: 1, 426",
    "'Connection: keep-alive, Upgrade', Connection: keep-alive, 400",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==, Sec-WebSocket-Key: c2hvcnQ=, 400",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==, X-Nothing: 1, 400",
    "'Sec-WebSocket-Protocol: chat, mcp', Sec-WebSocket-Protocol: chat, 400",
    "GET /mcp, POST /mcp, 400",
  })
  void aHandshakeThatIsNotInOrderIsAnsweredSo(String right, String wrong, int status)
      throws Exception {
    RawClient client = connect(echoing()).send(HANDSHAKE.replace(right, wrong));
    RawClient.Reply reply = client.reply();
    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.header("Sec-WebSocket-Version")).isEqualTo(status == 426 ? "13" : "");
    assertThat(client.get("/again").reply().status()).as("the connection goes on").isEqualTo(200);
  }

  @Test
  void whatIsNotMaskedEndsTheConnection() throws Exception {
    RawClient client = connect(echoing()).send(HANDSHAKE);
    assertThat(client.replyHead().status()).isEqualTo(101);
    client.send("\u0081\u0002hi");
    assertThat(client.text(2)).startsWith("\ufffd"); // 0x88, a close frame
    assertThat(client.rest()).contains("not masked");
    awaitEnd("a frame of a client is not masked");
  }

  @Test
  void aClientThatResetsIsGone() throws Exception {
    HttpServer server = echoing();
    RawClient client = connect(server).send(HANDSHAKE);
    assertThat(client.replyHead().status()).isEqualTo(101);
    client.socket.setSoLinger(true, 0);
    client.socket.close();
    await().until(() -> ends.size() == 1);
    await().until(() -> server.connections() == 0);
  }

  @Test
  void theServersEndEndsThemAll() throws Exception {
    HttpServer server = echoing();
    Client client = client(server);
    client.socket.sendText(PING, true).join();
    assertThat(client.next()).isEqualTo(PING);
    server.stopAccepting();
    client.socket.sendText(PING, true).join();
    assertThat(client.next()).as("what is open goes on").isEqualTo(PING);
    server.close();
    await().until(() -> ends.size() == 1);
  }
}
