package dev.weir.mcp.internal.upstream;

import static dev.weir.mcp.internal.upstream.UpstreamKit.INITIALIZED;
import static dev.weir.mcp.internal.upstream.UpstreamKit.JSON;
import static dev.weir.mcp.internal.upstream.UpstreamKit.inSession;
import static dev.weir.mcp.internal.upstream.UpstreamKit.message;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer.Handler;
import dev.weir.http.kit.ScriptedServer.Request;
import dev.weir.mcp.Answer;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.mcp.internal.upstream.UpstreamKit.Events;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How sessions and requests end: closed, interrupted, or left by their client. */
@Timeout(300)
class HttpUpstreamEndTest {
  @Test
  void closingEndsTheSessionAndEveryRequest() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (var kit =
        UpstreamKit.answering(
            inSession(
                (r, peer) -> {
                  asked.countDown();
                  peer.awaitClose();
                }))) {
      kit.initialize();
      Future<Answer> call = kit.threads.submit(() -> kit.request("tools/call"));
      asked.await();
      kit.upstream.close();
      kit.upstream.close();
      assertThatThrownBy(call::get).hasCauseInstanceOf(OutcomeUnknownException.class);
      List<Request> ends =
          kit.server.requests().stream().filter(r -> r.method().equals("DELETE")).toList();
      assertThat(ends).hasSize(1);
      assertThat(ends.getFirst().header("Mcp-Session-Id")).isEqualTo("session-secret");
      assertThatThrownBy(() -> kit.request("ping"))
          .isInstanceOf(UpstreamUnavailableException.class);
    }
  }

  @Test
  void anUpstreamThatNeverAnswersTheGoodbyeDelaysNobodyForLong() throws Exception {
    try (var kit =
        UpstreamKit.withUsualLimits(
            PatientHttp.options(),
            (r, peer) -> {
              if (r.method().equals("DELETE")) {
                peer.awaitClose();
              } else {
                peer.answer(200, JSON + "Mcp-Session-Id: s\r\n", INITIALIZED);
              }
            })) {
      kit.initialize();
      kit.upstream.close();
      await().until(() -> kit.stats().pool().active() == 0 && kit.stats().streams() == 0);
    }
  }

  @Test
  void manySessionsThatEndAtOnceTakeFewConnectionsAndAllSayGoodbye() throws Exception {
    AtomicInteger saying = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Handler inSession = inSession(UpstreamKit::answerJson);
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              if (r.method().equals("DELETE")) {
                most.accumulateAndGet(saying.incrementAndGet(), Math::max);
                // Long enough for the others to come, if they could.
                Thread.sleep(5);
                saying.decrementAndGet();
              }
              inSession.answer(r, peer);
            })) {
      for (int session = 0; session < 40; session++) {
        kit.connector
            .open(new UpstreamKit.Silence())
            .request(message(UpstreamKit.INITIALIZE), new UpstreamKit.Events())
            .close();
      }
      kit.connector.close();
      assertThat(kit.server.requests().stream().filter(r -> r.method().equals("DELETE")))
          .hasSize(40);
      assertThat(most.get()).isBetween(1, 4);
    }
  }

  @Test
  void closingTheConnectorClosesItsConversationsAndLeavesTheConnections() throws Exception {
    try (var kit = UpstreamKit.answering(inSession(UpstreamKit::answerJson))) {
      kit.initialize();
      kit.connector.close();
      assertThat(kit.server.requests()).anyMatch(r -> r.method().equals("DELETE"));
      assertThat(kit.stats().connections()).isEqualTo(1);
      assertThatThrownBy(() -> kit.connector.open(new UpstreamKit.Silence()))
          .isInstanceOf(UpstreamUnavailableException.class);
    }
  }

  @Test
  void anInterruptEndsARequest() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    try (var kit =
        UpstreamKit.of(
            peer -> {
              peer.read();
              asked.countDown();
              peer.startEvents();
              peer.awaitClose();
            })) {
      Future<?> call =
          kit.threads.submit(
              () -> {
                try {
                  return kit.request("tools/call");
                } catch (InterruptedException e) {
                  interrupted.countDown();
                  throw e;
                }
              });
      asked.await();
      call.cancel(true);
      interrupted.await();
      await().until(() -> kit.server.open() == 0);
    }
  }

  @Test
  void aClientThatLeavesTakesTheConnectionWithIt() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (var kit =
        UpstreamKit.of(
            peer -> {
              peer.read();
              asked.countDown();
              peer.awaitClose();
            })) {
      Events client = new Events();
      UpstreamTransport upstream = kit.upstream;
      Future<Answer> call =
          kit.threads.submit(() -> upstream.request(kit.call("tools/call"), client));
      asked.await();
      client.leave();
      assertThat(call.get()).isInstanceOf(Answer.StreamEnded.class);
      await().until(() -> kit.server.open() == 0);
      client.leave();
    }
  }
}
