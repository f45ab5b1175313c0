package dev.weir.mcp.internal.upstream;

import static dev.weir.mcp.internal.upstream.UpstreamKit.answerJson;
import static dev.weir.mcp.internal.upstream.UpstreamKit.message;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.http.kit.PatientHttp;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that their client has cancelled. */
@Timeout(300)
class HttpUpstreamCancelTest {
  @Test
  void aCancelledCallThatIsNotAnsweredEndsSoonAlthoughThePoolIsFull() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (var kit =
        UpstreamKit.withUsualLimits(
            PatientHttp.options().withMax(1),
            (r, peer) -> {
              if (r.body().contains("cancelled")) {
                peer.answer(202, "", "");
              } else {
                asked.countDown();
                peer.awaitClose();
              }
            })) {
      Future<Answer> call = kit.threads.submit(() -> kit.request("tools/call"));
      asked.await();
      kit.upstream.send(cancelled(101));
      assertThat(call.get()).isInstanceOf(Answer.StreamEnded.class);
      await().until(() -> kit.server.open() == 0);
    }
  }

  @Test
  void aCancelledCallMayStillBeAnsweredInItsGrace() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              if (r.body().contains("cancelled")) {
                cancelled.countDown();
                peer.answer(202, "", "");
              } else {
                asked.countDown();
                cancelled.await();
                answerJson(r, peer);
              }
            })) {
      Future<Answer> call = kit.threads.submit(() -> kit.request("tools/call"));
      asked.await();
      kit.upstream.send(cancelled(101));
      assertThat(call.get()).isInstanceOf(Answer.Response.class);
    }
  }

  @Test
  void aCancelledCallWhoseStreamEndsIsOver() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              if (r.body().contains("cancelled")) {
                peer.answer(202, "", "");
              } else {
                peer.startEvents();
                asked.countDown();
                cancelled.await();
                peer.endChunks();
              }
            })) {
      Future<Answer> call = kit.threads.submit(() -> kit.request("tools/call"));
      asked.await();
      kit.upstream.send(cancelled(101));
      cancelled.countDown();
      assertThat(call.get()).isInstanceOf(Answer.StreamEnded.class);
    }
  }

  private static Envelope cancelled(int id) {
    return message(
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":%d}}"
            .formatted(id));
  }
}
