package dev.weir.mcp.internal.upstream;

import static dev.weir.mcp.internal.upstream.UpstreamKit.PROGRESS;
import static dev.weir.mcp.internal.upstream.UpstreamKit.inSession;
import static dev.weir.mcp.internal.upstream.UpstreamKit.message;
import static dev.weir.mcp.internal.upstream.UpstreamKit.result;
import static dev.weir.mcp.internal.upstream.UpstreamKit.text;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer.Handler;
import dev.weir.http.kit.ScriptedServer.Peer;
import dev.weir.http.kit.ScriptedServer.Request;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.internal.upstream.UpstreamKit.Events;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that are answered with an event stream. */
@Timeout(300)
class HttpUpstreamStreamsTest {
  @Test
  void whatComesBeforeTheAnswerIsPassedOnWithItsPositions() throws Exception {
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              peer.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
              peer.trickle(
                  "id: 1\nretry: 500\ndata: \n\n: comment\n\nid: 2\ndata: %s\n\nid: 3\ndata: %s\n\n"
                      .formatted(PROGRESS, result(r)));
              peer.close();
            })) {
      Events events = new Events();
      try (var answer = (Answer.Response) kit.upstream.request(kit.call("tools/call"), events)) {
        assertThat(answer.streamed()).isTrue();
        assertThat(answer.event().id()).isEqualTo("3");
        assertThat(text(answer.event().message())).contains("\"result\"");
      }
      assertThat(events.seen).hasSize(2);
      assertThat(events.seen.get(0)).isEqualTo(new ServerEvent(null, "1", Duration.ofMillis(500)));
      assertThat(events.seen.get(1).id()).isEqualTo("2");
      assertThat(text(events.seen.get(1).message())).isEqualTo(PROGRESS);
    }
  }

  @Test
  void eventsArePassedOnBeforeTheStreamHasEnded() throws Exception {
    CountDownLatch passed = new CountDownLatch(1);
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              peer.startEvents();
              peer.chunk("data: " + PROGRESS + "\n\n");
              passed.await();
              peer.chunk("data: " + result(r) + "\n\n");
              peer.endChunks();
            })) {
      Events events =
          new Events() {
            @Override
            public void event(ServerEvent event) {
              passed.countDown();
            }
          };
      assertThat(kit.upstream.request(kit.call("tools/call"), events))
          .isInstanceOf(Answer.Response.class);
    }
  }

  @Test
  void aStreamThatEndsAfterItsAnswerGivesItsConnectionBack() throws Exception {
    try (var kit = UpstreamKit.answering(HttpUpstreamStreamsTest::answerStreaming)) {
      for (int i = 0; i < 3; i++) {
        kit.request("tools/call").close();
      }
      assertThat(kit.server.accepted()).isEqualTo(1);
      assertThat(kit.stats().pool().active()).isZero();
    }
  }

  @Test
  void aStreamThatGoesOnAfterItsAnswerCostsItsConnection() throws Exception {
    try (var kit =
        UpstreamKit.withUsualLimits(
            PatientHttp.options(),
            (r, peer) -> {
              peer.startEvents();
              peer.chunk("data: " + result(r) + "\n\n");
              peer.awaitClose();
            })) {
      Answer answer = kit.request("tools/call");
      answer.close();
      answer.close();
      await().until(() -> kit.server.open() == 0);
      await().until(() -> kit.stats().connections() == 0);
    }
  }

  @Test
  void aStreamOfTenMegabytesPasses() throws Exception {
    String large = "\"" + "0123456789".repeat(1 << 20) + "\"";
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              peer.startEvents();
              peer.chunk("data: " + result(r, large) + "\n\n");
              peer.endChunks();
            })) {
      try (var answer = (Answer.Response) kit.request("tools/call")) {
        assertThat(UpstreamKit.size(answer.event().message())).isGreaterThan(10 << 20);
      }
    }
  }

  @Test
  void aStreamWithPositionsThatEndsEarlyIsLeftToItsClientToResume() throws Exception {
    String late = "{\"jsonrpc\":\"2.0\",\"id\":101,\"result\":{\"late\":true}}";
    try (var kit =
        UpstreamKit.answering(
            inSession(
                (r, peer) -> {
                  peer.startEvents();
                  if (r.method().equals("POST")) {
                    peer.chunk("id: e-1\nretry: 10\ndata:\n\n");
                  } else {
                    peer.chunk("id: e-2\ndata: " + late + "\n\n");
                  }
                  peer.endChunks();
                }))) {
      kit.initialize();
      assertThat(kit.request("tools/call")).isInstanceOf(Answer.StreamEnded.class);
      Events resumed = new Events();
      kit.upstream.listen("e-1", resumed);
      assertThat(text(resumed.seen.getFirst().message())).isEqualTo(late);
      assertThat(resumed.seen.getFirst().id()).isEqualTo("e-2");
      Request get = kit.server.requests().getLast();
      assertThat(get.header("Last-Event-ID")).isEqualTo("e-1");
      assertThat(get.header("Accept")).isEqualTo("text/event-stream");
      assertThat(get.header("Mcp-Session-Id")).isEqualTo("session-secret");
      assertThat(get.header("MCP-Protocol-Version")).isEqualTo("2025-06-18");
    }
  }

  @Test
  void aStreamWithPositionsThatIsCutOffIsLeftToItsClientToResume() throws Exception {
    try (var kit =
        UpstreamKit.of(
            peer -> {
              peer.read();
              peer.startEvents();
              peer.chunk("id: 1\ndata:\n\n");
            })) {
      assertThat(kit.request("tools/call")).isInstanceOf(Answer.StreamEnded.class);
    }
  }

  @Test
  void aStreamWithoutPositionsThatEndsEarlyLeavesTheOutcomeUnknown() throws Exception {
    for (boolean properly : new boolean[] {true, false}) {
      try (var kit =
          UpstreamKit.of(
              peer -> {
                peer.read();
                peer.startEvents();
                peer.chunk("data: " + PROGRESS + "\n\n");
                if (properly) {
                  peer.endChunks();
                }
              })) {
        assertThatThrownBy(() -> kit.request("tools/call"))
            .isInstanceOf(OutcomeUnknownException.class);
      }
    }
  }

  @Test
  void anEventThatIsNoMessageLeavesTheOutcomeUnknown() throws Exception {
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              peer.startEvents();
              peer.chunk("data: {broken\n\n");
              peer.awaitClose();
            })) {
      assertThatThrownBy(() -> kit.request("tools/call"))
          .isInstanceOf(OutcomeUnknownException.class);
      await().until(() -> kit.server.open() == 0);
    }
  }

  @Test
  void aClientThatCannotBeWrittenToEndsItsRequest() throws Exception {
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              peer.startEvents();
              peer.chunk("data: " + PROGRESS + "\n\n");
              peer.awaitClose();
            })) {
      IOException broken = new IOException("broken pipe");
      Events events =
          new Events() {
            @Override
            public void event(ServerEvent event) throws IOException {
              throw broken;
            }
          };
      assertThatThrownBy(() -> kit.upstream.request(kit.call("tools/call"), events))
          .isSameAs(broken);
      await().until(() -> kit.server.open() == 0);
    }
  }

  /** Each call asks its client, and ends only when the client has answered. */
  @Test
  void callsThatWaitForTheirClientsDoNotLockEachOtherOut() throws Exception {
    ConcurrentMap<String, CountDownLatch> asked = new ConcurrentHashMap<>();
    Handler handler =
        (r, peer) -> {
          Envelope message = message(r.body());
          if (message.isRequest()) {
            String question = "ask-" + UpstreamKit.id(r);
            CountDownLatch answered = new CountDownLatch(1);
            asked.put("\"" + question + "\"", answered);
            peer.startEvents();
            peer.chunk(
                "data: {\"jsonrpc\":\"2.0\",\"id\":\"%s\",\"method\":\"elicitation/create\"}\n\n"
                    .formatted(question));
            answered.await();
            peer.chunk("data: " + result(r) + "\n\n");
            peer.endChunks();
          } else {
            asked.getOrDefault(UpstreamKit.id(r), new CountDownLatch(0)).countDown();
            peer.answer(202, "", "");
          }
        };
    try (var kit = UpstreamKit.answering(PatientHttp.options().withMax(2), handler)) {
      CountDownLatch allAsked = new CountDownLatch(6);
      List<Future<Answer>> calls = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        Events client =
            new Events() {
              @Override
              public void event(ServerEvent event) {
                allAsked.countDown();
                kit.threads.submit(
                    () -> {
                      allAsked.await();
                      String id = UpstreamKit.id(event.message());
                      kit.upstream.send(
                          message("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{}}"));
                      return null;
                    });
              }
            };
        calls.add(kit.threads.submit(() -> kit.upstream.request(kit.call("tools/call"), client)));
      }
      for (Future<Answer> call : calls) {
        Answer answer = call.get();
        assertThat(answer).isInstanceOf(Answer.Response.class);
        answer.close();
      }
      await().until(() -> kit.stats().streams() == 0); // the answers' own connections
    }
  }

  private static void answerStreaming(Request request, Peer peer) throws IOException {
    peer.startEvents();
    peer.chunk("data: " + result(request) + "\n\n");
    peer.endChunks();
  }
}
