package dev.weir.http;

import static dev.weir.http.HttpKit.plainGet;
import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.HttpRequest.Use;
import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Calls that are ended before they are over: by an abort, an interrupt, a timeout, or the end of
 * all.
 */
@Timeout(300)
class CallEndTest {
  @RegisterExtension private final HttpKit http = new HttpKit();

  @Test
  void anAbortEndsAReadThatWouldLastForEver() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (ScriptedServer server =
        ScriptedServer.of(
            peer -> {
              peer.read();
              asked.countDown();
              peer.awaitClose();
            })) {
      HttpCall call = http.call(server, plainGet());
      Future<?> sending = http.threads.submit(call::send);
      asked.await();
      call.abort();
      assertThatThrownBy(sending::get).hasCauseInstanceOf(CallAbortedException.class);
      await().until(() -> server.open() == 0);
      await().untilAsserted(() -> assertThat(http.stats(server).connections()).isZero());
    }
  }

  @Test
  void anAbortEndsABodyThatIsBeingRead() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.of(
            peer -> {
              peer.read();
              peer.startEvents();
              peer.chunk("data: 1\n\n");
              peer.awaitClose();
            })) {
      HttpCall call = http.call(server, plainGet());
      try (HttpReply reply = call.send()) {
        assertThat(reply.body().readNBytes(9)).isEqualTo("data: 1\n\n".getBytes(UTF_8));
        Future<Integer> reading = http.threads.submit(() -> reply.body().read());
        call.abort();
        assertThatThrownBy(reading::get).hasCauseInstanceOf(CallAbortedException.class);
      }
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void anAbortEndsTheWaitForAConnection() throws Exception {
    http.reopen(PatientHttp.options().withMax(1));
    try (ScriptedServer server = ScriptedServer.answering((r, peer) -> peer.answer(200, "", "x"))) {
      try (HttpReply holding = http.call(server, plainGet()).send()) {
        HttpCall waiting = http.call(server, plainGet());
        Future<HttpReply> sending = http.threads.submit(waiting::send);
        await().until(() -> http.stats(server).pool().pending() == 1);
        waiting.abort();
        assertThatThrownBy(sending::get).hasCauseInstanceOf(CallAbortedException.class);
        assertThat(holding.readBody(10)).isEqualTo("x".getBytes(UTF_8));
      }
      assertThat(http.get(server)).isEqualTo("x");
    }
  }

  @Test
  void anAbortAfterTheEndDoesNotTouchTheNextCall() throws Exception {
    try (ScriptedServer server = ScriptedServer.answering((r, peer) -> peer.answer(200, "", "x"))) {
      HttpCall first = http.call(server, plainGet());
      first.send().close();
      HttpReply second = http.call(server, plainGet()).send();
      first.abort();
      assertThat(second.readBody(10)).isEqualTo("x".getBytes(UTF_8));
      second.close();
    }
  }

  @Test
  void anInterruptEndsACall() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (ScriptedServer server =
        ScriptedServer.of(
            peer -> {
              peer.read();
              asked.countDown();
              peer.awaitClose();
            })) {
      CountDownLatch interrupted = new CountDownLatch(1);
      Future<?> sending =
          http.threads.submit(
              () -> {
                try {
                  return http.call(server, plainGet()).send();
                } catch (InterruptedException e) {
                  interrupted.countDown();
                  throw e;
                }
              });
      asked.await();
      sending.cancel(true);
      interrupted.await();
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void aPeerThatNeverAnswersIsGivenUpAfterTheResponseTimeout() throws Exception {
    http.reopen(PatientHttp.options().withResponseTimeout(Duration.ofMillis(50)));
    try (ScriptedServer server = ScriptedServer.of(ScriptedServer.Peer::awaitClose)) {
      assertThatThrownBy(() -> http.call(server, plainGet()).send())
          .isInstanceOf(RequestLostException.class)
          .hasMessageContaining("no response within 50 ms");
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void closingEndsEveryCall() throws Exception {
    CountDownLatch asked = new CountDownLatch(2);
    try (ScriptedServer server =
        ScriptedServer.of(
            peer -> {
              peer.read();
              asked.countDown();
              peer.awaitClose();
            })) {
      Future<?> pooled = http.threads.submit(() -> http.call(server, plainGet()).send());
      Future<?> stream =
          http.threads.submit(() -> http.call(server, plainGet().with(Use.STREAM)).send());
      asked.await();
      http.close();
      assertThatThrownBy(pooled::get).hasCauseInstanceOf(IOException.class);
      assertThatThrownBy(stream::get).hasCauseInstanceOf(IOException.class);
      await().until(() -> server.open() == 0);
      assertThatThrownBy(() -> http.call(server, plainGet()).send())
          .isInstanceOf(RequestNotSentException.class);
    }
  }
}
