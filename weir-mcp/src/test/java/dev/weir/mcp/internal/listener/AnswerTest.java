package dev.weir.mcp.internal.listener;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.mcp.HttpServer;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class AnswerTest extends ServerKit {
  private final LogBook log = new LogBook();

  @BeforeEach
  void listenToTheLog() {
    log.logger.setUseParentHandlers(false);
    log.logger.addHandler(log);
  }

  @AfterEach
  void leaveTheLog() {
    log.logger.removeHandler(log);
    log.logger.setUseParentHandlers(true);
  }

  @Test
  void eachFlushReachesTheClientBeforeTheNextWrite() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    RawClient client =
        connect(
            serve(
                exchange -> {
                  try (OutputStream out = exchange.respondStreaming(200, TEXT)) {
                    out.flush();
                    out.write(utf8("one"));
                    out.flush();
                    assertThat(seen.await(60, SECONDS)).isTrue();
                    out.write(utf8("t"));
                    out.write(utf8("wo"));
                    out.flush();
                  }
                }));
    client.get("/");
    RawClient.Reply head = client.replyHead();
    assertThat(head.header("Transfer-Encoding")).isEqualTo("chunked");
    assertThat(head.header("Content-Type")).isEqualTo("text/plain");
    assertThat(client.chunk()).isEqualTo("one");
    seen.countDown();
    assertThat(client.chunk()).isEqualTo("two");
    assertThat(client.chunk()).isEmpty();
    assertThat(client.get("/").replyHead().status()).isEqualTo(200);
  }

  @Test
  void largeAnswersArriveWhole() throws IOException {
    String large = "0123456789".repeat(300_000);
    HttpServer server =
        serve(
            exchange -> {
              if (exchange.path().equals("/stream")) {
                try (OutputStream out = exchange.respondStreaming(200, TEXT)) {
                  out.write(utf8(large));
                }
              } else {
                answer(exchange, large);
              }
            });
    RawClient client = connect(server);
    assertThat(client.get("/stream").reply().body()).isEqualTo(large);
    assertThat(client.get("/whole").reply().body()).isEqualTo(large);
  }

  @Test
  void anAnswerToHeadHasTheHeadersAndNoBody() throws IOException {
    RawClient client =
        connect(
            serve(
                exchange -> {
                  if (exchange.path().equals("/stream")) {
                    try (OutputStream out = exchange.respondStreaming(200, TEXT)) {
                      out.write(utf8("never sent"));
                    }
                  } else {
                    answer(exchange, "never sent");
                  }
                }));
    client.send("HEAD /whole HTTP/1.1\r\nHost: t\r\n\r\n");
    assertThat(client.replyHead().header("Content-Length")).isEqualTo("10");
    client.send("HEAD /stream HTTP/1.1\r\nHost: t\r\n\r\n");
    assertThat(client.replyHead().header("Transfer-Encoding")).isEqualTo("chunked");
    assertThat(client.get("/whole").reply().body()).isEqualTo("never sent");
  }

  @Test
  void statusesWithoutABodyHaveNoLength() throws IOException {
    RawClient client =
        connect(
            serve(
                exchange ->
                    exchange.respond(
                        Integer.parseInt(exchange.path().substring(1)), Map.of(), new byte[0])));
    assertThat(client.get("/204").replyHead().headers()).doesNotContainKey("content-length");
    assertThat(client.get("/304").replyHead().headers()).doesNotContainKey("content-length");
    assertThat(client.get("/202").replyHead().header("Content-Length")).isEqualTo("0");
  }

  @Test
  void anOldClientGetsNoChunksAndTheEndOfTheConnection() throws IOException {
    HttpServer server =
        serve(
            exchange -> {
              if (exchange.path().equals("/stream")) {
                try (OutputStream out = exchange.respondStreaming(200, TEXT)) {
                  out.write(utf8("one"));
                  out.flush();
                  out.write(utf8("two"));
                }
              } else {
                echo(exchange);
              }
            });
    RawClient streaming = connect(server).send("GET /stream HTTP/1.0\r\n\r\n");
    RawClient.Reply head = streaming.replyHead();
    assertThat(head.header("Connection")).isEqualTo("close");
    assertThat(head.headers()).doesNotContainKey("transfer-encoding");
    assertThat(streaming.rest()).isEqualTo("onetwo");

    RawClient plain = connect(server).send("GET /a HTTP/1.0\r\n\r\n");
    assertThat(plain.reply().body()).isEqualTo("GET /a ");
    assertThat(plain.isClosedWithin(Patience.LIMIT)).isTrue();

    RawClient keeping = connect(server);
    for (int i = 0; i < 2; i++) {
      keeping.send("GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
      assertThat(keeping.reply().header("Connection")).isEqualTo("keep-alive");
    }
  }

  @Test
  void aClientThatAsksForItGetsTheConnectionClosed() throws IOException {
    RawClient client = connect(serve(ServerKit::echo));
    client.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: x, Close\r\n\r\n");
    assertThat(client.reply().header("Connection")).isEqualTo("close");
    assertThat(client.isClosedWithin(Patience.LIMIT)).isTrue();
  }

  @Test
  void headersOfTheHandlerCannotBreakTheFraming() throws IOException {
    Map<String, String> hostile =
        Map.of(
            "Content-Length", "1", "transfer-encoding", "chunked", "X", "a\r\nContent-Length: 2");
    RawClient client = connect(serve(exchange -> exchange.respond(200, hostile, utf8("whole"))));
    RawClient.Reply reply = client.get("/").reply();
    assertThat(reply.body()).isEqualTo("whole");
    assertThat(reply.header("X")).isEqualTo("a??Content-Length: 2");
    assertThat(reply.headers()).doesNotContainKey("transfer-encoding");
  }

  @Test
  void aHandlerThatFailsBecomes500WithoutItsReasons() throws IOException {
    HttpServer server =
        serve(
            exchange -> {
              switch (exchange.path()) {
                case "/runtime" -> throw new IllegalStateException("secret");
                case "/io" -> throw new IOException("secret");
                case "/error" -> throw new AssertionError("secret");
                case "/interrupt" -> throw new InterruptedException("secret");
                case "/flag" -> Thread.currentThread().interrupt();
                default -> {}
              }
            });
    RawClient client = connect(server);
    for (String path : new String[] {"/runtime", "/io", "/error", "/interrupt", "/flag", "/none"}) {
      RawClient.Reply reply = client.get(path).reply();
      assertThat(reply.status()).isEqualTo(500);
      assertThat(reply.header("Content-Type")).isEqualTo("application/json");
      assertThat(reply.body()).isEqualTo("{\"error\":\"internal error\"}");
    }
    assertThat(log.errors()).isEqualTo(6);
  }

  @Test
  void aHandlerThatFailsInTheMiddleOfItsAnswerEndsTheConnection() throws IOException {
    RawClient client =
        connect(
            serve(
                exchange -> {
                  OutputStream out = exchange.respondStreaming(200, TEXT);
                  out.write(utf8("one"));
                  out.flush();
                  throw new IllegalStateException("broken");
                }));
    client.get("/").replyHead();
    assertThat(client.chunk()).isEqualTo("one");
    assertThat(client.isClosedWithin(Patience.LIMIT)).isTrue();
    assertThat(log.errors()).isEqualTo(1);
  }

  @Test
  void aStreamThatTheHandlerLeavesOpenIsEnded() throws IOException {
    RawClient client =
        connect(serve(exchange -> exchange.respondStreaming(200, TEXT).write(utf8("all"))));
    assertThat(client.get("/").reply().body()).isEqualTo("all");
    assertThat(client.get("/").reply().body()).isEqualTo("all");
  }

  @Test
  void aSecondAnswerIsADefectOfTheHandler() throws Exception {
    CompletableFuture<Throwable> second = new CompletableFuture<>();
    RawClient client =
        connect(
            serve(
                exchange -> {
                  assertThat(exchange.isAnswered()).isFalse();
                  answer(exchange, "first");
                  assertThat(exchange.isAnswered()).isTrue();
                  try {
                    answer(exchange, "second");
                  } catch (IllegalStateException e) {
                    second.complete(e);
                  }
                }));
    assertThat(client.get("/").reply().body()).isEqualTo("first");
    assertThat(second.get(60, SECONDS)).hasMessageContaining("answered");
    assertThat(client.get("/").reply().body()).isEqualTo("first");
  }

  @Test
  void writingToAClientThatLeftFailsInTheHandlerAndIsNoError() throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    RawClient client =
        connect(
            serve(
                exchange -> {
                  OutputStream out = exchange.respondStreaming(200, TEXT);
                  try {
                    for (; ; ) {
                      out.write(new byte[10_000]);
                      out.flush();
                    }
                  } catch (IOException e) {
                    failure.complete(e);
                    throw new UncheckedIOException(e);
                  }
                }));
    client.get("/").replyHead();
    client.reset();
    assertThat(failure.get(60, SECONDS)).isInstanceOf(IOException.class);
    assertThat(log.errors()).isZero();
  }

  @Test
  void aClientThatLeavesInTheMiddleOfItsBodyIsNoError() throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    RawClient client =
        connect(
            serve(
                exchange -> {
                  try {
                    exchange.body();
                  } catch (IOException e) {
                    failure.complete(e);
                    throw e;
                  }
                }));
    client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\n12345").close();
    assertThat(failure.get(60, SECONDS)).isInstanceOf(IOException.class);
    assertThat(log.errors()).isZero();
  }

  @Test
  void informationalStatusesAreNoAnswers() throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    RawClient client =
        connect(
            serve(
                exchange -> {
                  assertThatThrownBy(() -> exchange.respond(102, Map.of(), new byte[0]))
                      .isInstanceOf(IllegalArgumentException.class)
                      .satisfies(failure::complete);
                  answer(exchange, "fine");
                }));
    assertThat(client.get("/").reply().body()).isEqualTo("fine");
    assertThat(failure).isDone();
  }

  private static final class LogBook extends Handler {
    final Logger logger = Logger.getLogger("dev.weir.mcp.listener");
    private int errors;

    synchronized int errors() {
      return errors;
    }

    @Override
    public synchronized void publish(LogRecord entry) {
      if (entry.getLevel().intValue() > Level.INFO.intValue()) {
        errors++;
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
