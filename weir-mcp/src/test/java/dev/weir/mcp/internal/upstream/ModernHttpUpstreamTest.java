package dev.weir.mcp.internal.upstream;

import static dev.weir.mcp.internal.upstream.UpstreamKit.JSON;
import static dev.weir.mcp.internal.upstream.UpstreamKit.PROGRESS;
import static dev.weir.mcp.internal.upstream.UpstreamKit.answerJson;
import static dev.weir.mcp.internal.upstream.UpstreamKit.message;
import static dev.weir.mcp.internal.upstream.UpstreamKit.result;
import static dev.weir.mcp.internal.upstream.UpstreamKit.text;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer.Request;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests of 2026-07-28: their heads, their answers, and how they end. */
@Timeout(300)
class ModernHttpUpstreamTest {
  private static final String META =
      "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}";

  private static UpstreamTransport modern(UpstreamKit kit) throws Exception {
    return kit.connector.openModern(new UpstreamKit.Silence());
  }

  private static Envelope request(String method, String params) {
    return message(
        "{\"jsonrpc\":\"2.0\", \"id\":\"a\",\"method\":\"%s\",\"params\":{%s%s%s}}"
            .formatted(method, params, params.isEmpty() ? "" : ",", META));
  }

  private static Envelope cancelled() {
    return message(
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
            + "\"params\":{\"requestId\":\"a\"}}");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "tools/list | `` | -",
        "tools/call | `\"name\":\"echo\",\"uri\":\"x:y\"` | echo",
        "prompts/get | `\"name\":\"grüße\"` | =?base64?Z3LDvMOfZQ==?=",
        "prompts/get | `\"name\":\" a\"` | =?base64?IGE=?=",
        "resources/read | `\"uri\":\"file:///a b\",\"name\":\"n\"` | file:///a b",
        "tasks/get | `\"taskId\":\"t-1\"` | t-1",
        "acme/own | `\"name\":\"echo\"` | -",
      })
  void whatTheBodySaysStandsInTheHeadToo(String method, String params, String name)
      throws Exception {
    try (var kit = UpstreamKit.answering(UpstreamKit::answerJson)) {
      Envelope request = request(method, params);
      modern(kit).request(request, new UpstreamKit.Events()).close();
      Request seen = kit.server.requests().getFirst();
      assertThat(seen.method()).isEqualTo("POST");
      assertThat(seen.target()).isEqualTo("/mcp?key=query-secret");
      assertThat(seen.body()).isEqualTo(text(request));
      assertThat(seen.header("Accept")).isEqualTo("application/json, text/event-stream");
      assertThat(seen.header("Content-Type")).isEqualTo("application/json");
      assertThat(seen.header("MCP-Protocol-Version")).isEqualTo("2026-07-28");
      assertThat(seen.header("Mcp-Method")).isEqualTo(method);
      assertThat(seen.header("Mcp-Name")).isEqualTo(name);
      assertThat(seen.header("Mcp-Session-Id")).isNull();
    }
  }

  @Test
  void theParametersOfTheCallersHeadPassAndNothingElseOfIt() throws Exception {
    try (var kit = UpstreamKit.answering(UpstreamKit::answerJson)) {
      var exchange =
          new UpstreamKit.Events() {
            @Override
            public Map<String, String> mirrored() {
              return Map.of(
                  "Mcp-Param-Region",
                  "eu",
                  "mcp-param-x",
                  "=?base64?YQ==?=",
                  "Authorization",
                  "no");
            }
          };
      modern(kit).request(request("tools/call", "\"name\":\"t\""), exchange).close();
      Request seen = kit.server.requests().getFirst();
      assertThat(seen.header("Mcp-Param-Region")).isEqualTo("eu");
      assertThat(seen.header("Mcp-Param-X")).isEqualTo("=?base64?YQ==?=");
      assertThat(seen.header("Authorization")).isNull();
    }
  }

  @Test
  void aStreamBringsNotificationsAndTheAnswerWithoutIdsThatNobodyCouldUse() throws Exception {
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              peer.startEvents();
              peer.chunk(": comment\n\nid: 1\ndata:\n\n");
              peer.chunk("id: 2\nretry: 5\ndata: " + PROGRESS + "\n\n");
              peer.chunk("id: 3\ndata: " + result(r) + "\n\n");
              peer.endChunks();
            })) {
      var events = new UpstreamKit.Events();
      try (var answer =
          (Answer.Response) modern(kit).request(request("tools/call", "\"name\":\"t\""), events)) {
        assertThat(answer.streamed()).isTrue();
        assertThat(answer.event().id()).isNull();
      }
      assertThat(events.seen).hasSize(1);
      assertThat(text(events.seen.getFirst().message())).isEqualTo(PROGRESS);
      assertThat(events.seen.getFirst().id()).isNull();
      assertThat(events.seen.getFirst().retry()).isNull();
    }
  }

  @Test
  void aStreamThatBreaksIsLostAlthoughItGaveIds() throws Exception {
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              peer.startEvents();
              peer.chunk("id: 2\ndata: " + PROGRESS + "\n\n");
              peer.endChunks();
            })) {
      assertThatThrownBy(
              () ->
                  modern(kit)
                      .request(request("tools/call", "\"name\":\"t\""), new UpstreamKit.Events()))
          .isInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("before the response");
    }
  }

  @Test
  void aClientThatLeavesTakesItsConnectionWithIt() throws Exception {
    var asked = new CountDownLatch(1);
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              asked.countDown();
              peer.awaitClose();
            })) {
      var events = new UpstreamKit.Events();
      UpstreamTransport upstream = modern(kit);
      Future<Answer> call =
          kit.threads.submit(
              () -> upstream.request(request("tools/call", "\"name\":\"t\""), events));
      asked.await();
      events.leave();
      assertThat(call.get()).isInstanceOf(Answer.StreamEnded.class);
      await().until(() -> kit.server.open() == 0);
    }
  }

  @Test
  void aCancelledRequestIsBrokenOffAndNothingIsSaid() throws Exception {
    var asked = new CountDownLatch(1);
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              asked.countDown();
              peer.awaitClose();
            })) {
      UpstreamTransport upstream = modern(kit);
      Future<Answer> call =
          kit.threads.submit(
              () ->
                  upstream.request(
                      request("tools/call", "\"name\":\"t\""), new UpstreamKit.Events()));
      asked.await();
      upstream.send(cancelled());
      assertThat(call.get()).isInstanceOf(Answer.StreamEnded.class);
      await().until(() -> kit.server.open() == 0);
      upstream.send(cancelled()); // nobody's any more
      assertThat(kit.server.requests()).hasSize(1);
    }
  }

  @Test
  void aListenStreamKeepsNoCallFromTheOnlyPooledConnection() throws Exception {
    try (var kit =
        UpstreamKit.answering(
            PatientHttp.options().withMax(1),
            (r, peer) -> {
              if (r.body().contains("subscriptions/listen")) {
                peer.startEvents();
                peer.chunk("data: " + PROGRESS + "\n\n");
                peer.awaitClose();
              } else {
                answerJson(r, peer);
              }
            })) {
      UpstreamTransport upstream = modern(kit);
      var events = new UpstreamKit.Events();
      Future<Answer> listening =
          kit.threads.submit(() -> upstream.request(request("subscriptions/listen", ""), events));
      await().until(() -> !events.seen.isEmpty());
      assertThat(kit.stats().streams()).isOne();
      upstream.request(request("tools/list", ""), new UpstreamKit.Events()).close();
      events.leave();
      assertThat(listening.get()).isInstanceOf(Answer.StreamEnded.class);
      await().until(() -> kit.stats().streams() == 0);
    }
  }

  @Test
  void aRefusalKeepsItsStatusAndItsWords() throws Exception {
    String error =
        "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"error\":{\"code\":-32601,\"message\":\"no\"}}";
    try (var kit = UpstreamKit.answering((r, peer) -> peer.answer(404, JSON, error))) {
      assertThatThrownBy(
              () -> modern(kit).request(request("acme/own", ""), new UpstreamKit.Events()))
          .isInstanceOfSatisfying(
              UpstreamRejectedException.class,
              e -> {
                assertThat(e.status()).isEqualTo(404);
                assertThat(e.body()).asString().isEqualTo(error);
              });
    }
  }

  @Test
  void aRequestThatWasNotSentMayBeSentAgainAndOneThatWasMayNot() throws Exception {
    try (var kit = UpstreamKit.answering((r, peer) -> peer.reset())) {
      assertThatThrownBy(
              () ->
                  modern(kit)
                      .request(request("tools/call", "\"name\":\"t\""), new UpstreamKit.Events()))
          .isInstanceOf(OutcomeUnknownException.class);
      UpstreamTransport upstream = modern(kit);
      kit.server.close();
      assertThatThrownBy(
              () -> upstream.request(request("tools/list", ""), new UpstreamKit.Events()))
          .isInstanceOf(UpstreamUnavailableException.class)
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void aClosedConversationEndsItsRequestsAndTakesNoMore() throws Exception {
    var asked = new CountDownLatch(1);
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              asked.countDown();
              peer.awaitClose();
            })) {
      UpstreamTransport upstream = modern(kit);
      Future<Answer> call =
          kit.threads.submit(
              () ->
                  upstream.request(
                      request("tools/call", "\"name\":\"t\""), new UpstreamKit.Events()));
      asked.await();
      upstream.close();
      assertThatThrownBy(call::get).hasCauseInstanceOf(OutcomeUnknownException.class);
      assertThatThrownBy(
              () -> upstream.request(request("tools/list", ""), new UpstreamKit.Events()))
          .isInstanceOf(UpstreamUnavailableException.class);
    }
  }

  @Test
  void itHasNoStandingStreamAndNoSession() throws Exception {
    try (var kit = UpstreamKit.answering(UpstreamKit::answerJson)) {
      UpstreamTransport upstream = modern(kit);
      assertThat(upstream.hasStreams()).isFalse();
      assertThat(upstream.isInSession()).isFalse();
      assertThatThrownBy(() -> upstream.listen(null, new UpstreamKit.Events()))
          .isInstanceOfSatisfying(
              UpstreamRejectedException.class, e -> assertThat(e.status()).isEqualTo(405));
      upstream.close();
      assertThat(kit.server.requests()).isEmpty();
    }
  }
}
