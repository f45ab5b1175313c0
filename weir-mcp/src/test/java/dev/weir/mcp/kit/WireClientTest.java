package dev.weir.mcp.kit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.HttpServer;
import dev.weir.mcp.Transports;
import dev.weir.pool.kit.Patience;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WireClientTest {
  private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");
  private static final Map<String, String> EVENTS = Map.of("Content-Type", "text/event-stream");
  private final CountDownLatch left = new CountDownLatch(1);
  private final CountDownLatch proceed = new CountDownLatch(1);
  private HttpServer server;
  private WireClient client;

  @BeforeEach
  void start() throws IOException {
    var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var time = Patience.LIMIT;
    server =
        Transports.httpServer(
            new HttpServer.Options(loopback, () -> 100, 100_000, time, time, time), this::handle);
    client =
        new WireClient(URI.create("http://127.0.0.1:" + server.address().getPort() + "/mcp?a=b"));
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    server.close();
  }

  private void handle(HttpExchange exchange) throws IOException, InterruptedException {
    String body = new String(exchange.body(), StandardCharsets.UTF_8);
    String id = WireJson.idOf(body);
    String method = WireJson.text(body, "method");
    switch (method == null ? exchange.method() : method) {
      case "initialize" ->
          exchange.respond(
              200,
              Map.of("Content-Type", "application/json", "Mcp-Session-Id", "s1"),
              utf8(answer(id, "{\"protocolVersion\":\"2025-06-18\"}")));
      case "notifications/initialized", "DELETE" -> exchange.respond(202, JSON, new byte[0]);
      case "events" -> {
        try (OutputStream out = exchange.respondStreaming(200, EVENTS)) {
          write(out, ": hello\n\nid: 7\nretry: 50\ndata:\n\n");
          write(out, "event: message\ndata: {\"method\":\"note\",\n");
          write(out, "data: \"params\":{\"id\":%s}}\r\n\r\n".formatted(id));
          write(out, "data: " + answer(id, "{}") + "\n\n");
        }
      }
      case "slow" -> {
        exchange.whenClientLeaves(left::countDown);
        OutputStream out = exchange.respondStreaming(200, EVENTS);
        write(out, "data: hal");
        proceed.await();
        write(out, "f\n\n");
        throw new IOException("cut");
      }
      default ->
          exchange.respond(
              200,
              JSON,
              utf8(
                  answer(
                      id.isEmpty() ? "0" : id,
                      "\"%s %s %s %s %s\""
                          .formatted(
                              exchange.method(),
                              exchange.path() + "?" + exchange.query(),
                              exchange.header("Mcp-Session-Id"),
                              exchange.header("MCP-Protocol-Version"),
                              exchange.header("X")))));
    }
  }

  @Test
  void aSessionIsOpenedAndItsHeadersGoWithEveryRequestAfterIt() throws IOException {
    WireClient.Reply opened = client.open("2025-11-25", "{}");
    assertThat(opened.status()).isEqualTo(200);
    assertThat(client.session()).isEqualTo("s1");
    assertThat(client.with("X", "y").call("any", null).response())
        .contains("\"POST /mcp?a=b s1 2025-06-18 y\"");
    assertThat(client.post("{\"id\":5}", Map.of("Mcp-Session-Id", "")).response())
        .contains("\"POST /mcp?a=b null 2025-06-18 y\"");
    assertThat(client.delete().status()).isEqualTo(202);
    try (WireExchange stream = client.listen("7")) {
      assertThat(stream.reply().body()).contains("GET");
    }
  }

  @Test
  void anEventStreamIsReadWholeAndItsResponseFound() throws IOException {
    WireClient.Reply reply = client.call("events", null);
    assertThat(reply.events()).hasSize(4);
    assertThat(reply.events().get(1)).isEqualTo(new WireEvent("7", null, "50", ""));
    assertThat(reply.others()).containsExactly("{\"method\":\"note\",\n\"params\":{\"id\":1}}");
    assertThat(reply.response()).isEqualTo(answer("1", "{}"));
  }

  @Test
  void anAnswerCanBeWaitedForInPiecesAndItsLossIsSeen() throws IOException {
    WireExchange slow = client.begin("slow", null);
    assertThatThrownBy(() -> slow.nextEvent(Duration.ofMillis(100)))
        .isInstanceOf(SocketTimeoutException.class);
    proceed.countDown();
    assertThat(slow.nextMessage(Patience.LIMIT)).isEqualTo("half");
    assertThatThrownBy(() -> slow.nextEvent(Patience.LIMIT)).isInstanceOf(EOFException.class);
  }

  @Test
  void aRequestCanBeAbandoned() throws Exception {
    WireExchange slow = client.begin("slow", null);
    assertThat(slow.status()).isEqualTo(200);
    slow.reset();
    assertThat(left.await(60, SECONDS)).isTrue();
  }

  private static String answer(String id, String result) {
    return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + result + "}";
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(utf8(text));
    out.flush();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
