package dev.weir.http;

import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.http.kit.ScriptedServer.Handler;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class BodiesTest {
  private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  private final HttpConnections http = HttpConnections.create(PatientHttp.options());

  @AfterEach
  void end() {
    http.close();
  }

  @Test
  void aBodyOfKnownLengthKeepsItsConnection() throws Exception {
    readsTwice((r, peer) -> peer.answer(200, "", "hello"), 1);
  }

  @Test
  void aChunkedBodyKeepsItsConnection() throws Exception {
    readsTwice(
        (r, peer) -> peer.write(CHUNKED + "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: t\r\n\r\n"), 1);
  }

  @Test
  void aBodyThatEndsWithItsConnectionIsReadToTheEnd() throws Exception {
    readsTwice(
        (r, peer) -> {
          peer.write("HTTP/1.1 200 OK\r\n\r\nhello");
          peer.close();
        },
        2);
  }

  @Test
  void anAnswerThatTricklesByteByByteIsTheSameAnswer() throws Exception {
    readsTwice(
        (r, peer) ->
            peer.trickle(
                "HTTP/1.1 100 Continue\r\n\r\n" + CHUNKED + "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
        1);
  }

  @Test
  void anAnswerWithoutABodyKeepsItsConnection() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering((r, peer) -> peer.write("HTTP/1.1 204 No Content\r\n\r\n"))) {
      for (int i = 0; i < 2; i++) {
        try (HttpReply reply = get(server)) {
          assertThat(reply.readBody(0)).isEmpty();
        }
      }
      assertThat(server.accepted()).isEqualTo(1);
    }
  }

  @Test
  void aBodyThatBreaksOffIsAnError() throws Exception {
    for (String broken :
        new String[] {
          "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", CHUNKED + "9\r\nhello", CHUNKED
        }) {
      try (ScriptedServer server =
          ScriptedServer.of(
              peer -> {
                peer.read();
                peer.write(broken);
              })) {
        try (HttpReply reply = get(server)) {
          assertThatThrownBy(() -> reply.readBody(100)).isInstanceOf(IOException.class);
        }
      }
    }
  }

  @Test
  void whatIsNoHttpIsAnError() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.of(
            peer -> {
              peer.read();
              peer.write("SSH-2.0-OpenSSH_9.6\r\n".repeat(30));
            })) {
      assertThatThrownBy(() -> get(server)).isInstanceOf(RequestLostException.class);
    }
  }

  @Test
  void aHeadLargerThanItsBoundsIsAnError() throws Exception {
    String line = "X: " + "x".repeat(20_000) + "\r\n";
    String many = "X: x\r\n".repeat(200);
    for (String head : new String[] {line, many}) {
      try (ScriptedServer server =
          ScriptedServer.of(
              peer -> {
                peer.read();
                peer.answer(200, head, "");
                peer.awaitClose();
              })) {
        assertThatThrownBy(() -> get(server)).isInstanceOf(RequestLostException.class);
      }
    }
  }

  @Test
  void aBodyLargerThanItsReaderBearsIsRefusedAndCostsTheConnection() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering(
            (r, peer) -> {
              if (peer.number() == 1) {
                peer.answer(200, "", "x".repeat(11));
              } else {
                peer.write(CHUNKED + "b\r\n" + "x".repeat(11) + "\r\n0\r\n\r\n");
              }
            })) {
      for (int i = 1; i <= 2; i++) {
        try (HttpReply reply = get(server)) {
          assertThatThrownBy(() -> reply.readBody(10)).isInstanceOf(BodyTooLargeException.class);
        }
        assertThat(server.accepted()).isEqualTo(i);
      }
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void anAnswerThatWasNotReadToItsEndCostsTheConnection() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering((r, peer) -> peer.answer(200, "", "hello"))) {
      try (HttpReply reply = get(server)) {
        assertThat(reply.body().readNBytes(4)).hasSize(4);
      }
      await().until(() -> server.open() == 0);
      get(server).close();
      assertThat(server.accepted()).isEqualTo(2);
    }
  }

  @Test
  void aDrainSavesTheConnectionWhenTheEndIsNear() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering((r, peer) -> peer.answer(200, "", "hello"))) {
      for (int i = 0; i < 2; i++) {
        try (HttpReply reply = get(server)) {
          assertThat(reply.drain(100, Duration.ofSeconds(5))).isTrue();
        }
      }
      assertThat(server.accepted()).isEqualTo(1);
    }
  }

  @Test
  void aDrainGivesUpOnABodyWithoutEnd() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.of(
            peer -> {
              peer.read();
              peer.startEvents();
              peer.chunk(": still here\n\n");
              peer.awaitClose();
            })) {
      try (HttpReply reply = get(server)) {
        assertThat(reply.drain(1 << 20, Duration.ofMillis(50))).isFalse();
      }
      try (HttpReply reply = get(server)) {
        assertThat(reply.drain(3, Duration.ofSeconds(50))).isFalse();
      }
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void aRefusalIsReadAlthoughTheRequestWasNotTakenWhole() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.of(
            peer -> {
              peer.answer(413, "Connection: close\r\n", "too large");
              peer.awaitClose();
            })) {
      HttpRequest large = HttpRequest.of("POST", "/", Map.of(), new byte[1 << 20]);
      try (HttpReply reply = http.call(Origin.of(server.uri("/")), large).send()) {
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.readBody(100)).isEqualTo("too large".getBytes(UTF_8));
      }
    }
  }

  @Test
  void tenMegabytesPassBothWays() throws Exception {
    String megabytes = "0123456789".repeat(1 << 20);
    try (ScriptedServer server =
        ScriptedServer.answering((r, peer) -> peer.answer(200, "", r.body()))) {
      HttpRequest large = HttpRequest.of("POST", "/", Map.of(), megabytes.getBytes(UTF_8));
      for (int i = 0; i < 2; i++) {
        try (HttpReply reply = http.call(Origin.of(server.uri("/")), large).send()) {
          assertThat(new String(reply.readBody(20 << 20), UTF_8)).isEqualTo(megabytes);
        }
      }
      assertThat(server.accepted()).isEqualTo(1);
    }
  }

  private void readsTwice(Handler handler, int connections) throws Exception {
    try (ScriptedServer server = ScriptedServer.answering(handler)) {
      for (int i = 0; i < 2; i++) {
        try (HttpReply reply = get(server)) {
          assertThat(reply.status()).isEqualTo(200);
          assertThat(new String(reply.readBody(5), UTF_8)).isEqualTo("hello");
        }
      }
      assertThat(server.accepted()).isEqualTo(connections);
    }
  }

  private HttpReply get(ScriptedServer server) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.of("GET", "/", Map.of(), null);
    return http.call(Origin.of(server.uri("/")), request).send();
  }
}
