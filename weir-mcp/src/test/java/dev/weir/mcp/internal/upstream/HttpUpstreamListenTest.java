package dev.weir.mcp.internal.upstream;

import static dev.weir.mcp.internal.upstream.UpstreamKit.JSON;
import static dev.weir.mcp.internal.upstream.UpstreamKit.PROGRESS;
import static dev.weir.mcp.internal.upstream.UpstreamKit.answerJson;
import static dev.weir.mcp.internal.upstream.UpstreamKit.inSession;
import static dev.weir.mcp.internal.upstream.UpstreamKit.text;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weir.http.kit.PatientHttp;
import dev.weir.mcp.Answer;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.internal.upstream.UpstreamKit.Events;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The standing event stream. */
@Timeout(300)
class HttpUpstreamListenTest {
  @Test
  void aCallDoesNotOvertakeTheStandingStreamThatIsBeingOpened() throws Exception {
    CountDownLatch answerHead = new CountDownLatch(1);
    List<String> order = new CopyOnWriteArrayList<>();
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              if (r.method().equals("GET")) {
                answerHead.await();
                order.add("stream");
                peer.startEvents();
                peer.awaitClose();
              } else {
                order.add("call");
                answerJson(r, peer);
              }
            })) {
      Thread listening = listenTo(kit);
      await().until(() -> !kit.server.requests().isEmpty());
      Thread calling = Thread.startVirtualThread(() -> quietly(() -> kit.request("tools/call")));
      await()
          .pollInterval(Duration.ofMillis(2))
          .until(() -> calling.getState() == Thread.State.TIMED_WAITING);
      answerHead.countDown();
      calling.join();
      assertThat(order).containsExactly("stream", "call");
      kit.upstream.close();
      listening.join();
    }
  }

  @Test
  void aServerThatIsSilentOnItsStandingStreamHoldsUpNoCallForLong() throws Exception {
    try (var kit =
        UpstreamKit.withUsualLimits(
            PatientHttp.options(),
            (r, peer) -> {
              if (r.method().equals("GET")) {
                peer.awaitClose();
              } else {
                answerJson(r, peer);
              }
            })) {
      Thread listening = listenTo(kit);
      await().until(() -> !kit.server.requests().isEmpty());
      kit.request("tools/call").close();
      kit.request("tools/call").close();
      kit.upstream.close();
      listening.join();
    }
  }

  @Test
  void theStandingStreamTakesNoPlaceOfARequest() throws Exception {
    try (var kit =
        UpstreamKit.answering(
            PatientHttp.options().withMax(1),
            inSession(
                (r, peer) -> {
                  if (r.method().equals("GET")) {
                    peer.startEvents();
                    peer.chunk("data: " + PROGRESS + "\n\n");
                    peer.awaitClose();
                  } else {
                    answerJson(r, peer);
                  }
                }))) {
      kit.initialize();
      Events client = new Events();
      Future<?> listening = listen(kit, client);
      client.opened.await();
      assertThat(kit.request("tools/call")).isInstanceOf(Answer.Response.class);
      await().until(() -> client.seen.size() == 1);
      assertThat(text(client.seen.getFirst().message())).isEqualTo(PROGRESS);
      assertThat(kit.stats().streams()).isEqualTo(1);
      assertThat(kit.stats().connections()).isEqualTo(2);
      client.leave();
      listening.get();
      assertThat(kit.stats().streams()).isZero();
      await().until(() -> kit.server.open() == 1);
    }
  }

  @Test
  void aStandingStreamThatIsNotOfferedIsRefused() throws Exception {
    try (var kit =
        UpstreamKit.answering(inSession((r, peer) -> peer.answer(405, "Allow: POST\r\n", "")))) {
      Events client = new Events();
      var refused =
          catchThrowableOfType(
              UpstreamRejectedException.class, () -> kit.upstream.listen(null, client));
      assertThat(refused.status()).isEqualTo(405);
      assertThat(client.opened.getCount()).isEqualTo(1);
      assertThat(kit.stats().streams()).isZero();
    }
  }

  @Test
  void aStandingStreamOfAForgottenSessionIsLost() throws Exception {
    try (var kit = UpstreamKit.answering(inSession((r, peer) -> peer.answer(404, JSON, "{}")))) {
      kit.initialize();
      assertThatThrownBy(() -> kit.upstream.listen(null, new Events()))
          .isInstanceOf(UpstreamSessionLostException.class);
    }
  }

  @Test
  void closingEndsTheStandingStream() throws Exception {
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              peer.startEvents();
              peer.awaitClose();
            })) {
      Events client = new Events();
      Future<?> listening = listen(kit, client);
      client.opened.await();
      kit.upstream.close();
      listening.get();
      await().until(() -> kit.server.open() == 0);
    }
  }

  private static Thread listenTo(UpstreamKit kit) {
    return Thread.startVirtualThread(() -> quietly(() -> kit.upstream.listen(null, new Events())));
  }

  private interface Work {
    void run() throws Exception;
  }

  /** What goes wrong shows in what the server saw. */
  private static void quietly(Work work) {
    try {
      work.run();
    } catch (Exception e) {
      // The conversation was closed.
    }
  }

  private static Future<?> listen(UpstreamKit kit, Events client) {
    return kit.threads.submit(
        () -> {
          kit.upstream.listen(null, client);
          return null;
        });
  }
}
