package dev.weir.mcp.internal.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.HttpServer;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class RequestRulesTest extends ServerKit {
  private final AtomicInteger handled = new AtomicInteger();

  private HttpServer echoing() throws IOException {
    return serve(
        exchange -> {
          handled.incrementAndGet();
          echo(exchange);
        });
  }

  @Test
  void aConnectionServesOneRequestAfterTheOther() throws IOException {
    RawClient client = connect(echoing());
    for (int i = 0; i < 3; i++) {
      RawClient.Reply reply = client.post("/mcp?q=" + i, "body " + i).reply();
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.body()).isEqualTo("POST /mcp ?q=" + i + " body " + i);
      assertThat(reply.header("Date")).endsWith(" GMT");
      assertThat(reply.header("Connection")).isEmpty();
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInTheirOrder() throws IOException {
    RawClient client = connect(echoing());
    String many =
        IntStream.range(0, 50)
            .mapToObj(
                i ->
                    "POST /%d HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody".formatted(i))
            .collect(Collectors.joining());
    client.send(many);
    for (int i = 0; i < 50; i++) {
      assertThat(client.reply().body()).isEqualTo("POST /" + i + " body");
    }
  }

  @Test
  void aRequestMayComeByteByByte() throws IOException {
    RawClient client = connect(echoing());
    for (char c : "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nok".toCharArray()) {
      client.send(String.valueOf(c));
    }
    assertThat(client.reply().body()).isEqualTo("POST / ok");
  }

  @Test
  void aChunkedBodyIsPutTogetherAndItsTrailersAreDropped() throws IOException {
    RawClient client = connect(echoing());
    String head = "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: Chunked\r\n\r\n";
    client.send(head + "3;name=value\r\nabc\r\n0A \r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n");
    assertThat(client.reply().body()).isEqualTo("POST / abc0123456789");
    assertThat(client.get("/next").reply().body()).isEqualTo("GET /next ");
  }

  @Test
  void aClientThatExpectsContinueGetsItWhenTheBodyIsWanted() throws IOException {
    RawClient client = connect(echoing());
    client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    assertThat(client.replyHead().status()).isEqualTo(100);
    assertThat(client.send("ok").reply().body()).isEqualTo("POST / ok");
    assertThat(client.get("/next").reply().status()).isEqualTo(200);
  }

  @Test
  void aClientThatExpectsContinueIsRefusedBeforeItSendsTooMuch() throws IOException {
    RawClient client = connect(echoing());
    client.send(
        "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 999999\r\nExpect: 100-continue\r\n\r\n");
    RawClient.Reply reply = client.reply();
    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.header("Connection")).isEqualTo("close");
  }

  @Test
  void theAnswerToABodyBeyondTheLimitReachesAClientThatIsStillSending() throws IOException {
    RawClient client = connect(echoing());
    client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 8000000\r\n\r\n");
    String megabyte = "x".repeat(1_000_000);
    for (int i = 0; i < 8; i++) {
      client.send(megabyte);
    }
    assertThat(client.reply().status()).isEqualTo(413);
    assertThat(client.isClosedWithin(Patience.LIMIT)).isTrue();
  }

  @Test
  void aChunkedBodyBeyondTheLimitIsRefused() throws IOException {
    RawClient client = connect(echoing());
    client.send("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send("186a0\r\n" + "x".repeat(100_000) + "\r\n1\r\n");
    assertThat(client.reply().status()).isEqualTo(413);
  }

  @Test
  void aSmallBodyThatTheHandlerLeavesUnreadIsSkipped() throws IOException {
    RawClient client = connect(serve(exchange -> answer(exchange, exchange.path())));
    assertThat(client.post("/a", "x".repeat(60_000)).reply().body()).isEqualTo("/a");
    assertThat(client.get("/b").reply().body()).isEqualTo("/b");
  }

  @Test
  void aLargeBodyThatTheHandlerLeavesUnreadEndsTheConnectionAfterTheAnswer() throws IOException {
    RawClient client = connect(serve(exchange -> answer(exchange, exchange.path())));
    RawClient.Reply reply = client.post("/a", "x".repeat(90_000)).reply();
    assertThat(reply.body()).isEqualTo("/a");
    assertThat(reply.header("Connection")).isEqualTo("close");
    client.socket.shutdownOutput();
    assertThat(client.isClosedWithin(Patience.LIMIT)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "GET /",
        "GET / HTTP/1.1 x",
        "GET  / HTTP/1.1",
        "GET\t/ HTTP/1.1",
        "G(T / HTTP/1.1",
        "GET / http/1.1",
        "GET / HTTP/11",
        "GET x HTTP/1.1",
        "GET * HTTP/1.1",
        "GET /caf\u00e9 HTTP/1.1",
        "GET /a#b HTTP/1.1",
        "GET http:///x HTTP/1.1",
        "GET http://user@host/x HTTP/1.1",
        "CONNECT host:80 HTTP/1.1",
        "GET /a/../b HTTP/1.1",
        "GET /.. HTTP/1.1",
        "GET /./a HTTP/1.1",
        "GET /a/%2e%2E/b HTTP/1.1",
        "GET /a/..%2fb HTTP/1.1",
        "GET /a%00 HTTP/1.1",
        "GET /a%0d%0ab HTTP/1.1",
        "GET /a%4 HTTP/1.1",
        "GET /a%zz HTTP/1.1",
        "GET /%ff HTTP/1.1",
        "GET /%c0%ae%c0%ae/ HTTP/1.1",
      })
  void aBadRequestLineIsRefusedAndTheConnectionClosed(String line) throws IOException {
    refusedWith(400, line + "\r\nHost: test\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Content-Length: 3\r\nContent-Length: 3",
        "Content-Length: 3\r\nContent-Length: 4",
        "Content-Length: 3, 3",
        "Content-Length: +3",
        "Content-Length: -3",
        "Content-Length:",
        "Content-Length: 0x3",
        "Content-Length: 99999999999999999999",
        "Content-Length : 3",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding\u000b: chunked",
        "X: a\r\n folded",
        "X: a\r\n\tfolded",
        "X: a\rY: b",
        "X: \u0000",
        ": no name",
        "no colon",
        "Host: second",
      })
  void aHeaderThatTwoReadersMightUnderstandDifferentlyIsRefused(String header) throws IOException {
    refusedWith(400, "POST / HTTP/1.1\r\nHost: test\r\n" + header + "\r\n\r\nabc");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "505|GET / HTTP/2.0~Host: t~~",
        "505|PRI * HTTP/2.0~~SM~~",
        "501|POST / HTTP/1.1~Host: t~Transfer-Encoding: gzip, chunked~~",
        "417|POST / HTTP/1.1~Host: t~Expect: tea~~",
        "400|GET / HTTP/1.1~~",
        "400|GET / HTTP/1.1~Host: a/b~~",
        "400|POST / HTTP/1.0~Transfer-Encoding: chunked~~0~~",
        "400|~~~~~~~~~",
      })
  void whatTheServerDoesNotSpeakIsRefused(int status, String request) throws IOException {
    refusedWith(status, request.replace("~", "\r\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\r\n",
        "-1\r\n",
        "+1\r\na\r\n",
        "0x1\r\na\r\n",
        "1\r\nab\r\n",
        " 1\r\na\r\n",
        "1 2\r\na\r\n",
        "\r\n",
        "fffffffffffffffff\r\n"
      })
  void aBrokenChunkIsRefused(String chunks) throws IOException {
    RawClient client = connect(echoing());
    client.send("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
    assertThat(client.reply().status()).isEqualTo(400);
    client.socket.shutdownOutput();
    assertThat(client.isClosedWithin(Patience.LIMIT)).isTrue();
  }

  @Test
  void headsThatAreTooLongAreRefused() throws IOException {
    String start = "GET / HTTP/1.1\r\nHost: t\r\n";
    refusedWith(431, start + "X: " + "x".repeat(20_000) + "\r\n\r\n");
    refusedWith(431, start + ("X: " + "x".repeat(1000) + "\r\n").repeat(50) + "\r\n");
    refusedWith(431, start + "X: y\r\n".repeat(101) + "\r\n");
    refusedWith(431, "GET /" + "x".repeat(1_000_000));
  }

  @ParameterizedTest
  @CsvSource({
    "/a%20b?c=%20d, /a b ?c=%20d",
    "/caf%C3%A9, /café",
    "/a..b/...?, /a..b/... ?",
    "/a//b/, /a//b/",
    "/%252e%252e/x, /%2e%2e/x",
    "http://other:80/p?q, /p ?q",
    "HTTP://other, /",
    "https://other?q, / ?q",
  })
  void targetsAreUnderstood(String target, String understood) throws IOException {
    RawClient client = connect(echoing());
    assertThat(client.get(target).reply().body()).isEqualTo("GET " + understood + " ");
  }

  @Test
  void theHostOfAnAbsoluteTargetReplacesTheHeader() throws IOException {
    RawClient client = connect(serve(exchange -> answer(exchange, "" + exchange.headers("host"))));
    assertThat(client.get("http://other:81/").reply().body()).isEqualTo("[other:81]");
    assertThat(client.get("/").reply().body()).isEqualTo("[test]");
  }

  @Test
  void headersAreFoundInAnyCaseAndInTheirOrder() throws IOException {
    RawClient client =
        connect(
            serve(
                exchange ->
                    answer(
                        exchange,
                        exchange.header("x-a")
                            + exchange.headers("X-A")
                            + exchange.header("X-B"))));
    client.send("GET / HTTP/1.1\r\nHost: t\r\nX-A: \t1 \r\nx-a:2\r\nX-B:\r\n\r\n");
    assertThat(client.reply().body()).isEqualTo("1[1, 2]");
  }

  @Test
  void optionsForTheWholeServerNeedNoHandler() throws IOException {
    RawClient client = connect(echoing());
    assertThat(client.send("OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n").reply().status())
        .isEqualTo(204);
    assertThat(handled).hasValue(0);
    assertThat(client.get("/").reply().status()).isEqualTo(200);
  }

  @Test
  void emptyLinesBeforeARequestAreIgnored() throws IOException {
    RawClient client = connect(echoing());
    assertThat(client.send("\r\n\r\n").get("/").reply().status()).isEqualTo(200);
  }

  private void refusedWith(int status, String request) throws IOException {
    RawClient client = connect(echoing());
    client.send(request);
    RawClient.Reply reply = client.reply();
    assertThat(reply.status()).as(reply.body()).isEqualTo(status);
    assertThat(reply.header("Connection")).isEqualTo("close");
    client.socket.shutdownOutput();
    assertThat(client.isClosedWithin(Patience.LIMIT)).isTrue();
    assertThat(handled).hasValue(0);
  }
}
