package dev.weir.http;

import static dev.weir.http.HttpKit.plainGet;
import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.HttpRequest.Use;
import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Connections beside the pool: promoted calls, urgent requests, streams. */
@Timeout(300)
class StreamsTest {
  @RegisterExtension private final HttpKit http = new HttpKit();

  @Test
  void aPromotedCallFreesItsPlaceInThePool() throws Exception {
    http.reopen(PatientHttp.options().withMax(1));
    try (ScriptedServer server = ScriptedServer.answering((r, peer) -> peer.answer(200, "", "x"))) {
      HttpCall first = http.call(server, plainGet());
      try (HttpReply reply = first.send()) {
        assertThat(first.promote()).isTrue();
        assertThat(http.stats(server).streams()).isEqualTo(1);
        assertThat(http.get(server)).isEqualTo("x");
        assertThat(http.stats(server).connections()).isEqualTo(2);
        assertThat(reply.readBody(10)).isEqualTo("x".getBytes(UTF_8));
      }
      assertThat(first.promote()).isFalse();
      assertThat(http.stats(server).streams()).isZero();
      await().until(() -> server.open() == 1);
    }
  }

  @Test
  void anUrgentRequestPassesAPoolThatIsFull() throws Exception {
    http.reopen(PatientHttp.options().withMax(1));
    try (ScriptedServer server = ScriptedServer.answering((r, peer) -> peer.answer(200, "", "x"))) {
      try (HttpReply holding = http.call(server, plainGet()).send();
          HttpReply urgent = http.call(server, plainGet().with(Use.URGENT)).send()) {
        assertThat(urgent.readBody(10)).isEqualTo("x".getBytes(UTF_8));
        assertThat(http.stats(server).streams()).isEqualTo(1);
        holding.readBody(10);
      }
      try (HttpReply urgent = http.call(server, plainGet().with(Use.URGENT)).send()) {
        urgent.readBody(10);
        assertThat(http.stats(server).streams()).isZero();
      }
    }
  }

  @Test
  void streamsAreBoundedAndCountedApart() throws Exception {
    http.reopen(PatientHttp.options().withMaxStreams(2));
    try (ScriptedServer server = ScriptedServer.answering((r, peer) -> peer.answer(200, "", "x"))) {
      HttpRequest stream = plainGet().with(Use.STREAM);
      HttpReply one = http.call(server, stream).send();
      HttpReply two = http.call(server, stream).send();
      assertThat(http.stats(server).streams()).isEqualTo(2);
      assertThat(http.stats(server).pool().active()).isZero();
      assertThatThrownBy(() -> http.call(server, stream).send())
          .isInstanceOf(RequestNotSentException.class)
          .hasMessageContaining("all 2 streams are open");
      HttpCall pooled = http.call(server, plainGet());
      HttpReply reply = pooled.send();
      assertThat(pooled.promote()).isFalse();
      reply.close();
      one.close();
      http.call(server, stream).send().close();
      two.close();
      assertThat(http.stats(server).streams()).isZero();
      assertThat(http.stats(server).streamsOpened()).isEqualTo(3);
    }
  }
}
