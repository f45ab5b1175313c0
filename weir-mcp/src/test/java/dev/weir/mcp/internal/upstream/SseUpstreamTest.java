package dev.weir.mcp.internal.upstream;

import static dev.weir.mcp.internal.upstream.Fixture.request;
import static dev.weir.mcp.internal.upstream.Fixture.text;
import static dev.weir.mcp.internal.upstream.SseKit.call;
import static dev.weir.mcp.internal.upstream.SseKit.say;
import static dev.weir.pool.kit.Patience.await;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.HttpOptions;
import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer.Peer;
import dev.weir.http.kit.ScriptedServer.Request;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.mcp.internal.upstream.Fixture.Events;
import dev.weir.pool.PoolOptions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An open conversation over HTTP+SSE: what is posted, what the stream brings, how both fail. */
@Timeout(300)
class SseUpstreamTest {
  private static final String PROGRESS =
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\","
          + "\"params\":{\"progressToken\":\"t\",\"progress\":1}}";
  private static final String QUESTION =
      "{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"sampling/createMessage\",\"params\":{}}";
  private static final String LOG =
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}";

  @Test
  void aRequestIsPostedToTheEndpointAndAnsweredOnTheStream() throws Exception {
    try (var kit = SseKit.posting(SseKit::answer)) {
      UpstreamTransport upstream = kit.open();
      assertThat(text(call(upstream, 1).get())).contains("\"id\":1", "result");
      Request post = kit.server.requests().getLast();
      assertThat(post.target()).isEqualTo("/messages?session=secret");
      assertThat(post.header("Content-Type")).isEqualTo("application/json");
      assertThat(upstream.hasStreams()).isFalse();
      assertThat(upstream.describe()).contains("HTTP+SSE", "/sse").doesNotContain("secret");
    }
  }

  @Test
  void manyRequestsAreAnsweredInAnyOrderEachToItsOwn() throws Exception {
    Request[] first = new Request[1];
    try (var kit =
        SseKit.posting(
            (request, post, stream) -> {
              post.answer(202, "", "");
              if (UpstreamKit.id(request).equals("1")) {
                first[0] = request;
              } else {
                say(stream, UpstreamKit.result(request, "{\"n\":2}"));
                say(stream, UpstreamKit.result(first[0], "{\"n\":1}"));
              }
            })) {
      UpstreamTransport upstream = kit.open();
      var one = call(upstream, 1);
      kit.awaitPosted("\"id\":1");
      await().until(() -> first[0] != null);
      assertThat(text(call(upstream, 2).get())).contains("{\"n\":2}");
      assertThat(text(one.get())).contains("{\"n\":1}");
    }
  }

  @Test
  void theVersionAgreedAtInitializeIsNamedFromThenOn() throws Exception {
    try (var kit =
        SseKit.posting(
            (request, post, stream) -> {
              post.answer(202, "", "");
              say(
                  stream,
                  request.body().contains("\"initialize\"")
                      ? UpstreamKit.INITIALIZED
                      : UpstreamKit.result(request));
            })) {
      UpstreamTransport upstream = kit.open();
      upstream.request(UpstreamKit.message(UpstreamKit.INITIALIZE), new Events()).close();
      call(upstream, 1).get();
      assertThat(kit.server.requests().get(1).header("MCP-Protocol-Version")).isNull();
      assertThat(kit.server.requests().get(2).header("MCP-Protocol-Version"))
          .isEqualTo("2025-06-18");
    }
  }

  @Test
  void whatComesBeforeTheAnswerGoesToWhoAskedAndTheRestToTheListener() throws Exception {
    try (var kit =
        SseKit.posting(
            (request, post, stream) -> {
              say(stream, PROGRESS);
              say(stream, UpstreamKit.result(request));
              post.answer(202, "", "");
            })) {
      UpstreamTransport upstream = kit.open();
      say(kit.stream(), LOG);
      await().until(() -> kit.heard.unsolicited.size() == 1);
      Events events = new Events();
      var asked =
          Fixture.inBackground(
              upstream, request(1, "tools/call", "{\"_meta\":{\"progressToken\":\"t\"}}"), events);
      assertThat(text(asked.get())).contains("\"id\":1");
      assertThat(events.messages).containsExactly(PROGRESS);
      assertThat(kit.heard.unsolicited).containsExactly(LOG);
    }
  }

  /** The Java SDK's server acknowledges so; its questions and the answers come meanwhile. */
  @Test
  void aServerThatAcknowledgesOnlyWhatItHasAnsweredCanAskMeanwhile() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    HttpOptions oneSocket = PatientHttp.options().withMax(1);
    try (var kit =
        SseKit.posting(
            oneSocket,
            (request, post, stream) -> {
              if (request.body().contains("tools/call")) {
                say(stream, QUESTION);
                answered.await();
                say(stream, UpstreamKit.result(request));
              } else {
                answered.countDown();
              }
              post.answer(200, "", "");
            })) {
      UpstreamTransport upstream = kit.open();
      Events events = new Events();
      var asked = call(upstream, 1, events);
      await().until(() -> events.messages.contains(QUESTION));
      upstream.send(UpstreamKit.message("{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"result\":{}}"));
      assertThat(text(asked.get())).contains("\"id\":1");
    }
  }

  @Test
  void aCancelledRequestEndsAndTheServerIsTold() throws Exception {
    try (var kit = SseKit.posting((request, post, stream) -> post.answer(202, "", ""))) {
      UpstreamTransport upstream = kit.open();
      var asked = call(upstream, 1);
      kit.awaitPosted("\"id\":1");
      upstream.send(Messages.notification("notifications/cancelled", "{\"requestId\":1}"));
      assertThat(asked.get()).isInstanceOf(Answer.StreamEnded.class);
      assertThat(kit.posted("notifications/cancelled")).isEqualTo(1);
      say(kit.stream(), "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
      await().until(() -> upstream.describe().contains("1 late responses"));
    }
  }

  @Test
  void aPostThatIsRefusedFailsThatRequestAlone() throws Exception {
    try (var kit =
        SseKit.posting(
            (request, post, stream) -> {
              if (UpstreamKit.id(request).equals("1")) {
                post.answer(413, "Content-Type: text/plain\r\n", "too large");
              } else {
                SseKit.answer(request, post, stream);
              }
            })) {
      UpstreamTransport upstream = kit.open();
      assertThatThrownBy(() -> upstream.request(request(1, "tools/call", "{}"), new Events()))
          .isInstanceOfSatisfying(
              UpstreamRejectedException.class, e -> assertThat(e.status()).isEqualTo(413))
          .hasMessageContainingAll("upstream \"test\"", "tools/call 1")
          .hasMessageNotContaining("secret");
      assertThat(text(call(upstream, 2).get())).contains("\"id\":2");
    }
  }

  @Test
  void aServerThatNoLongerKnowsTheSessionHasLostIt() throws Exception {
    try (var kit = SseKit.posting((request, post, stream) -> post.answer(404, "", ""))) {
      UpstreamTransport upstream = kit.open();
      assertThatThrownBy(() -> upstream.request(request(1, "tools/call", "{}"), new Events()))
          .isInstanceOf(UpstreamSessionLostException.class);
      assertThatThrownBy(
              () -> upstream.send(Messages.notification("notifications/initialized", null)))
          .isInstanceOf(UpstreamSessionLostException.class);
    }
  }

  @Test
  void aPostThatGetsNoConnectionWasSurelyNotProcessed() throws Exception {
    HttpOptions usual = PatientHttp.options();
    PoolOptions one =
        usual.pool().perKey().withSize(0, 1).withAcquireTimeout(Duration.ofMillis(50));
    CountDownLatch held = new CountDownLatch(1);
    try (var kit =
        SseKit.posting(
            usual.withPool(usual.pool().withPerKey(one)),
            (request, post, stream) -> {
              held.await();
              SseKit.answer(request, post, stream);
            })) {
      UpstreamTransport upstream = kit.open();
      var first = call(upstream, 1);
      kit.awaitPosted("\"id\":1");
      assertThatThrownBy(() -> upstream.request(request(2, "tools/call", "{}"), new Events()))
          .isInstanceOf(UpstreamUnavailableException.class)
          .hasMessageContainingAll("tools/call 2", "not sent", "1 of 1 connections leased");
      held.countDown();
      assertThat(text(first.get())).contains("\"id\":1");
      assertThat(kit.posted("\"id\":2")).isZero();
    }
  }

  @Test
  void aPostThatIsLostAfterItWasWrittenIsNotSentAgain() throws Exception {
    try (var kit =
        SseKit.posting(
            (request, post, stream) -> {
              if (UpstreamKit.id(request).equals("1")) {
                post.reset();
              } else {
                SseKit.answer(request, post, stream);
              }
            })) {
      UpstreamTransport upstream = kit.open();
      assertThatThrownBy(() -> upstream.request(request(1, "tools/call", "{}"), new Events()))
          .isInstanceOf(OutcomeUnknownException.class)
          .hasMessageContainingAll("tools/call 1", "outcome unknown");
      assertThat(kit.posted("\"id\":1")).isEqualTo(1);
      assertThat(text(call(upstream, 2).get())).contains("\"id\":2");
    }
  }

  /** How a stream ends. */
  enum End {
    ORDERLY,
    CUT,
    RESET,
    RUBBISH,
    TOO_LARGE;

    void happen(Peer stream) throws Exception {
      switch (this) {
        case ORDERLY -> stream.endChunks();
        case CUT -> stream.close();
        case RESET -> stream.reset();
        case RUBBISH -> stream.write("no chunk\r\n");
        case TOO_LARGE -> stream.chunk("data: " + "x".repeat(2_000) + "\n\n");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void theEndOfTheStreamEndsTheConversation(End end) throws Exception {
    try (var kit = SseKit.posting((request, post, stream) -> post.answer(202, "", ""))) {
      var small = new SseConnector(kit.options().withMaxMessage(1_000), kit.http);
      UpstreamTransport upstream = small.open(kit.heard);
      var asked = call(upstream, 1);
      kit.awaitPosted("\"id\":1");
      end.happen(kit.stream());
      assertThatThrownBy(asked::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("stream");
      assertThat(kit.heard.ended.get(60, SECONDS)).hasMessageContaining("upstream \"test\"");
      assertThatThrownBy(() -> upstream.request(request(2, "tools/call", "{}"), new Events()))
          .isInstanceOf(UpstreamSessionLostException.class)
          .hasMessageContaining("not sent");
      assertThat(kit.posted("\"id\":2")).isZero();
      await().until(() -> kit.stats().streams() == 0);
    }
  }

  @Test
  void aStreamThatComesByteByByteIsAStream() throws Exception {
    try (var kit =
        SseKit.opening(
            (request, peer) -> {
              if (request.method().equals("GET")) {
                peer.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
                peer.trickle(": hello\n\n" + SseKit.ENDPOINT);
                peer.trickle("event: other\ndata: {}\n\ndata: no message\n\ndata: " + LOG + "\n\n");
                peer.awaitClose();
              }
            })) {
      UpstreamTransport upstream = kit.open();
      await().until(() -> kit.heard.unsolicited.contains(LOG));
      assertThat(upstream.describe()).contains("1 events that are no message");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void closingEndsTheStreamAndEveryRequest(boolean byConnector) throws Exception {
    try (var kit = SseKit.posting((request, post, stream) -> post.awaitClose())) {
      UpstreamTransport upstream = kit.open();
      var asked = call(upstream, 1);
      kit.awaitPosted("\"id\":1");
      if (byConnector) {
        kit.connector.close();
      } else {
        upstream.close();
        upstream.close();
      }
      assertThatThrownBy(asked::get)
          .cause()
          .isInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("closed");
      await().until(() -> kit.stats().connections() == 0);
      assertThat(kit.heard.ended).isNotDone();
      assertThatThrownBy(() -> upstream.request(request(2, "ping", "{}"), new Events()))
          .isInstanceOf(UpstreamSessionLostException.class);
      if (byConnector) {
        assertThatThrownBy(kit::open).isInstanceOf(UpstreamUnavailableException.class);
      }
    }
  }
}
