package dev.weir.http;

import static dev.weir.http.HttpKit.plainGet;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.kit.ScriptedServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of a request whose connection fails, and whether it may be sent again. */
@Timeout(300)
class LostRequestTest {
  @RegisterExtension private final HttpKit http = new HttpKit();

  @Test
  void aRequestThatMayBeRepeatedSurvivesAConnectionThatDiesUnderIt() throws Exception {
    try (ScriptedServer server = ScriptedServer.of(LostRequestTest::dieAtTheSecondRequest)) {
      http.get(server);
      try (HttpReply reply = http.call(server, plainGet().repeatable()).send()) {
        assertThat(reply.readBody(100)).isEqualTo("ok".getBytes(UTF_8));
      }
      assertThat(server.accepted()).isEqualTo(2);
    }
  }

  @Test
  void aRequestThatMustNotBeRepeatedIsWrittenOnce() throws Exception {
    try (ScriptedServer server = ScriptedServer.of(LostRequestTest::dieAtTheSecondRequest)) {
      http.get(server);
      assertThatThrownBy(() -> http.call(server, plainGet()).send())
          .isInstanceOf(RequestLostException.class);
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void aRequestIsNotRepeatedWhenPartOfAResponseHasCome() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.of(
            peer -> {
              peer.read();
              peer.answer(200, "", "");
              peer.read();
              peer.write("HTTP/1.1 2");
            })) {
      http.get(server);
      assertThatThrownBy(() -> http.call(server, plainGet().repeatable()).send())
          .isInstanceOf(RequestLostException.class);
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void aRequestThatFailsOnAFreshConnectionIsNotRepeated() throws Exception {
    try (ScriptedServer server = ScriptedServer.of(ScriptedServer.Peer::read)) {
      assertThatThrownBy(() -> http.call(server, plainGet().repeatable()).send())
          .isInstanceOf(RequestLostException.class);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aRefusedConnectionIsToldAsNotSent() throws Exception {
    // Bound and not listening: nobody else can take the port meanwhile.
    try (Socket taken = new Socket()) {
      taken.bind(new InetSocketAddress("127.0.0.1", 0));
      Origin origin = new Origin("http", "127.0.0.1", taken.getLocalPort(), "");
      assertThatThrownBy(() -> http.call(origin, plainGet()).send())
          .isInstanceOf(RequestNotSentException.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
    }
  }

  private static void dieAtTheSecondRequest(ScriptedServer.Peer peer) throws IOException {
    if (peer.number() == 1) {
      peer.read();
      peer.answer(200, "", "ok");
      peer.read();
      peer.reset();
    } else {
      peer.read();
      peer.answer(200, "", "ok");
      peer.awaitClose();
    }
  }
}
