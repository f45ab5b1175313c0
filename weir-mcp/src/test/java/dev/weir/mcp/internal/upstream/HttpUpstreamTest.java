package dev.weir.mcp.internal.upstream;

import static dev.weir.mcp.internal.upstream.UpstreamKit.INITIALIZE;
import static dev.weir.mcp.internal.upstream.UpstreamKit.INITIALIZED;
import static dev.weir.mcp.internal.upstream.UpstreamKit.JSON;
import static dev.weir.mcp.internal.upstream.UpstreamKit.answerJson;
import static dev.weir.mcp.internal.upstream.UpstreamKit.inSession;
import static dev.weir.mcp.internal.upstream.UpstreamKit.message;
import static dev.weir.mcp.internal.upstream.UpstreamKit.result;
import static dev.weir.mcp.internal.upstream.UpstreamKit.text;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.http.kit.ScriptedServer.Peer;
import dev.weir.http.kit.ScriptedServer.Request;
import dev.weir.mcp.Answer;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests with a plain answer, notifications, sessions, refusals and failures. */
@Timeout(300)
class HttpUpstreamTest {
  @Test
  void aPlainAnswerComesBackAsItWasWritten() throws Exception {
    String odd = "{\"x\":1.50,  \"id\":101,\"result\":{\"b\":1,\"a\":2},\"jsonrpc\":\"2.0\"}";
    try (var kit = UpstreamKit.answering((r, peer) -> peer.answer(200, JSON, odd))) {
      try (var answer = (Answer.Response) kit.request("tools/call")) {
        assertThat(answer.streamed()).isFalse();
        assertThat(text(answer.event().message())).isEqualTo(odd);
      }
      Request seen = kit.server.requests().getFirst();
      assertThat(seen.method()).isEqualTo("POST");
      assertThat(seen.header("Accept")).isEqualTo("application/json, text/event-stream");
      assertThat(seen.header("Content-Type")).isEqualTo("application/json");
      assertThat(seen.header("Mcp-Session-Id")).isNull();
      assertThat(seen.header("MCP-Protocol-Version")).isNull();
    }
  }

  @Test
  void anErrorOfTheUpstreamIsAnAnswer() throws Exception {
    String error =
        "{\"jsonrpc\":\"2.0\",\"id\":101,\"error\":{\"code\":-32602,\"message\":\"no\"}}";
    try (var kit = UpstreamKit.answering((r, peer) -> peer.answer(200, JSON, error))) {
      var answer = (Answer.Response) kit.request("tools/call");
      assertThat(text(answer.event().message())).isEqualTo(error);
    }
  }

  @Test
  void sessionAndVersionAreSentFromTheInitializeResponseOn() throws Exception {
    try (var kit = UpstreamKit.answering(inSession(UpstreamKit::answerJson))) {
      kit.initialize();
      kit.request("tools/list");
      kit.initialize();
      Request list = kit.server.requests().get(1);
      assertThat(list.header("Mcp-Session-Id")).isEqualTo("session-secret");
      assertThat(list.header("MCP-Protocol-Version")).isEqualTo("2025-06-18");
      Request again = kit.server.requests().get(2);
      assertThat(again.header("Mcp-Session-Id")).isNull();
      assertThat(kit.upstream.describe())
          .contains("2025-06-18", "in a session")
          .doesNotContain("secret");
    }
  }

  @Test
  void sessionAndVersionAreLearntFromAStreamAsWell() throws Exception {
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> {
              if (r.body().equals(INITIALIZE)) {
                peer.write(
                    "HTTP/1.1 200 OK\r\nmcp-session-id: s\r\nContent-Type: text/event-stream;x=y"
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n");
                peer.chunk("event: message\ndata: " + INITIALIZED + "\n\n");
                peer.endChunks();
              } else if (r.method().equals("POST")) {
                answerJson(r, peer);
              } else {
                peer.answer(405, "", "");
              }
            })) {
      kit.initialize();
      kit.request("ping");
      assertThat(kit.server.requests().get(1).header("Mcp-Session-Id")).isEqualTo("s");
      assertThat(kit.server.requests().get(1).header("MCP-Protocol-Version"))
          .isEqualTo("2025-06-18");
      assertThat(kit.server.accepted()).isEqualTo(1);
    }
  }

  @Test
  void configuredHeadersAreSentAndShownNowhere() throws Exception {
    try (var kit =
        new UpstreamKit(
            ScriptedServer.answering((r, peer) -> peer.answer(500, "", "")),
            PatientHttp.options(),
            options -> options.withHeaders(Map.of("Authorization", "Bearer header-secret")))) {
      assertThatThrownBy(() -> kit.request("ping"))
          .isInstanceOf(UpstreamRejectedException.class)
          .hasMessageContainingAll("upstream \"test\"", "/mcp", "ping 101", "500")
          .hasMessageNotContaining("secret");
      assertThat(kit.server.requests().getFirst().header("Authorization"))
          .isEqualTo("Bearer header-secret");
      assertThat(kit.server.requests().getFirst().target()).isEqualTo("/mcp?key=query-secret");
      assertThat(kit.upstream.describe()).doesNotContain("secret");
    }
  }

  @Test
  void notificationsAndResponsesAreAcceptedInEveryForm() throws Exception {
    for (int status : new int[] {202, 200, 204}) {
      try (var kit =
          UpstreamKit.answering(
              (r, peer) -> peer.write("HTTP/1.1 " + status + " Ok\r\nContent-Length: 0\r\n\r\n"))) {
        String initialized = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";
        kit.upstream.send(message(initialized));
        kit.upstream.send(message("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":{}}"));
        assertThat(kit.server.requests().getFirst().body()).isEqualTo(initialized);
        assertThat(kit.server.accepted()).isEqualTo(1);
      }
    }
  }

  @Test
  void aRefusalIsPassedOnWithWhatItsClientMaySee() throws Exception {
    try (var kit =
        UpstreamKit.answering(
            (r, peer) ->
                peer.answer(
                    401,
                    "WWW-Authenticate: Bearer resource_metadata=\"x\"\r\nRetry-After: 7\r\n"
                        + "Content-Type: text/plain\r\nSet-Cookie: c=secret\r\n",
                    "who are you"))) {
      var refused =
          catchThrowableOfType(UpstreamRejectedException.class, () -> kit.request("tools/call"));
      assertThat(refused.status()).isEqualTo(401);
      assertThat(refused.body()).asString().isEqualTo("who are you");
      assertThat(refused.headers())
          .containsOnly(
              Map.entry("WWW-Authenticate", "Bearer resource_metadata=\"x\""),
              Map.entry("Retry-After", "7"),
              Map.entry("Content-Type", "text/plain"));
      assertThatThrownBy(() -> kit.request("tools/call"))
          .isInstanceOf(UpstreamRejectedException.class);
      assertThat(kit.server.accepted()).isEqualTo(1);
    }
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    try (var kit =
        UpstreamKit.answering(
            (r, peer) -> peer.answer(307, "Location: http://127.0.0.1:9/\r\n", ""))) {
      assertThatThrownBy(() -> kit.request("tools/list"))
          .isInstanceOf(UpstreamRejectedException.class)
          .hasMessageContaining("redirects are not followed");
    }
  }

  @Test
  void aSessionThatTheUpstreamHasForgottenIsLost() throws Exception {
    String everything =
        "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32000,\"message\":"
            + "\"Bad Request: No valid session ID provided\"},\"id\":null}";
    for (var refusal : List.of(Map.entry(404, "Session not found"), Map.entry(400, everything))) {
      try (var kit =
          UpstreamKit.answering(
              inSession((r, peer) -> peer.answer(refusal.getKey(), "", refusal.getValue())))) {
        kit.initialize();
        assertThatThrownBy(() -> kit.request("tools/call"))
            .isInstanceOf(UpstreamSessionLostException.class);
        kit.upstream.close();
        assertThat(kit.server.requests()).noneMatch(r -> r.method().equals("DELETE"));
      }
    }
  }

  @Test
  void aRefusalForAnotherReasonLosesNoSession() throws Exception {
    try (var kit =
        UpstreamKit.answering(inSession((r, peer) -> peer.answer(400, "", "no such tool")))) {
      assertThatThrownBy(() -> kit.upstream.send(message("{\"jsonrpc\":\"2.0\",\"method\":\"x\"}")))
          .isInstanceOf(UpstreamRejectedException.class);
      kit.initialize();
      assertThatThrownBy(() -> kit.request("tools/call"))
          .isInstanceOf(UpstreamRejectedException.class);
    }
    try (var kit = UpstreamKit.answering((r, peer) -> peer.answer(404, "", "not here"))) {
      assertThatThrownBy(() -> kit.request("tools/call"))
          .isInstanceOf(UpstreamRejectedException.class);
    }
  }

  @Test
  void anUpstreamThatIsNotThereIsUnavailable() throws Exception {
    try (var kit = UpstreamKit.answering(UpstreamKit::answerJson)) {
      kit.server.close();
      assertThatThrownBy(() -> kit.request("tools/call"))
          .isInstanceOf(UpstreamUnavailableException.class)
          .hasMessageContainingAll("upstream \"test\"", "127.0.0.1:" + kit.server.port(), "leased")
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void aCallThatWasWrittenIsNeverSentAgain() throws Exception {
    try (var kit = UpstreamKit.of(HttpUpstreamTest::dieAtTheSecondRequest)) {
      kit.request("tools/call");
      assertThatThrownBy(() -> kit.request("tools/call"))
          .isInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("not sent again");
      assertThat(kit.server.requests()).hasSize(2);
    }
  }

  @Test
  void aQuestionThatChangesNothingIsAskedAgainOnAFreshConnection() throws Exception {
    for (String method : List.of("tools/list", "resources/templates/list", "ping", "prompts/get")) {
      try (var kit = UpstreamKit.of(HttpUpstreamTest::dieAtTheSecondRequest)) {
        kit.request("tools/call");
        assertThat(kit.request(method)).isInstanceOf(Answer.Response.class);
        assertThat(kit.server.accepted()).isEqualTo(2);
      }
    }
  }

  @Test
  void whatIsNoAnswerLeavesTheOutcomeUnknown() throws Exception {
    for (String head : List.of(JSON, "Content-Type: text/html\r\n", "")) {
      try (var kit = UpstreamKit.answering((r, peer) -> peer.answer(200, head, "<p>welcome"))) {
        assertThatThrownBy(() -> kit.request("tools/call"))
            .isInstanceOf(OutcomeUnknownException.class);
      }
    }
    try (var kit = UpstreamKit.answering((r, peer) -> peer.answer(202, "", ""))) {
      assertThatThrownBy(() -> kit.request("tools/call"))
          .isInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("202");
    }
  }

  @Test
  void anAnswerThatBreaksOffLeavesTheOutcomeUnknown() throws Exception {
    try (var kit =
        UpstreamKit.of(
            peer -> {
              peer.read();
              peer.write("HTTP/1.1 200 OK\r\n" + JSON + "Content-Length: 99\r\n\r\n{\"jsonrpc\"");
            })) {
      assertThatThrownBy(() -> kit.request("tools/call"))
          .isInstanceOf(OutcomeUnknownException.class);
    }
  }

  @Test
  void aMessageBeyondTheLimitIsRefused() throws Exception {
    try (var kit =
        new UpstreamKit(
            ScriptedServer.answering(
                (r, peer) -> peer.answer(200, JSON, result(r, "\"" + "x".repeat(2000) + "\""))),
            PatientHttp.options(),
            options -> options.withMaxMessage(1000))) {
      assertThatThrownBy(() -> kit.request("tools/call"))
          .isInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("1000");
    }
  }

  @Test
  void aResultOfTenMegabytesPasses() throws Exception {
    String large = "\"" + "0123456789".repeat(1 << 20) + "\"";
    try (var kit = UpstreamKit.answering((r, peer) -> peer.answer(200, JSON, result(r, large)))) {
      var answer = (Answer.Response) kit.request("tools/call");
      assertThat(UpstreamKit.size(answer.event().message())).isGreaterThan(10 << 20);
    }
  }

  @Test
  void fiftyCallsAtATimeShareFourConnections() throws Exception {
    try (var kit =
        UpstreamKit.answering(PatientHttp.options().withMax(4), UpstreamKit::answerJson)) {
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        calls.add(
            kit.threads.submit(
                () -> {
                  for (int k = 0; k < 10; k++) {
                    assertThat(kit.request("tools/call")).isInstanceOf(Answer.Response.class);
                  }
                  return null;
                }));
      }
      for (Future<?> call : calls) {
        call.get();
      }
      assertThat(kit.server.requests()).hasSize(500);
      assertThat(kit.server.accepted()).isLessThanOrEqualTo(4);
      await().until(() -> kit.stats().pool().idle() == kit.server.open());
    }
  }

  private static void dieAtTheSecondRequest(Peer peer) throws Exception {
    Request first = peer.read();
    if (first != null) {
      answerJson(first, peer);
    }
    if (peer.read() != null) {
      peer.reset();
    }
  }
}
