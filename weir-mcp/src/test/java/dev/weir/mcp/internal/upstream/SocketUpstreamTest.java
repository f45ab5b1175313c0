package dev.weir.mcp.internal.upstream;

import static dev.weir.mcp.internal.upstream.Fixture.answer;
import static dev.weir.mcp.internal.upstream.Fixture.id;
import static dev.weir.mcp.internal.upstream.Fixture.inBackground;
import static dev.weir.mcp.internal.upstream.Fixture.request;
import static dev.weir.mcp.internal.upstream.Fixture.text;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.SocketUpstreamOptions;
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.mcp.internal.upstream.Fixture.Events;
import dev.weir.mcp.internal.upstream.Fixture.Heard;
import dev.weir.pool.kit.FaultProxy;
import dev.weir.pool.kit.Patience;
import dev.weir.tcp.Address;
import dev.weir.tcp.kit.ScriptedPeer;
import dev.weir.tcp.kit.ScriptedPeer.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class SocketUpstreamTest {
  private final Heard heard = new Heard();
  private final List<AutoCloseable> toClose = new ArrayList<>();

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable each : toClose.reversed()) each.close();
  }

  private <T extends AutoCloseable> T kept(T resource) {
    toClose.add(resource);
    return resource;
  }

  private static SocketUpstreamOptions to(Address address) {
    return new SocketUpstreamOptions("test", address, 1 << 26, Patience.LIMIT, Duration.ZERO);
  }

  private UpstreamTransport open(SocketUpstreamOptions options) throws Exception {
    return kept(Transports.tcp(options)).open(heard);
  }

  private UpstreamTransport fixture(Kind kind) throws Exception {
    return open(to(fixturePeer(kind).address()));
  }

  private ScriptedPeer fixturePeer(Kind kind) throws Exception {
    return kept(ScriptedPeer.lending(kind, Fixture.options(1 << 26).command()));
  }

  private UpstreamTransport scripted(ScriptedPeer.Script script) throws Exception {
    return open(to(kept(ScriptedPeer.of(Kind.TCP, script)).address()));
  }

  private static CompletableFuture<Answer> held(UpstreamTransport upstream, Object id) {
    Events events = new Events();
    var call = inBackground(upstream, request(id, "silent", "{}"), events);
    await().until(() -> !events.messages.isEmpty());
    return call;
  }

  @ParameterizedTest
  @EnumSource
  void fiftyCallsAtOnceGetTheirOwnAnswers(Kind kind) throws Exception {
    UpstreamTransport upstream = fixture(kind);
    for (int round = 0; round < 20; round++) {
      List<CompletableFuture<Answer>> calls = new ArrayList<>();
      for (int n = 0; n < 50; n++) {
        calls.add(inBackground(upstream, request(n, "echo", "{\"n\":" + n + "}"), new Events()));
      }
      for (int n = 0; n < 50; n++) {
        assertThat(text(calls.get(n).get(60, TimeUnit.SECONDS)))
            .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":" + n + ",\"result\":{\"n\":" + n + "}}");
      }
    }
    assertThat(upstream.describe()).startsWith("socket to ").endsWith(", 0 in flight");
    assertThat(upstream.hasStreams()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void tenMegabytesPassInBothDirections(Kind kind) throws Exception {
    UpstreamTransport upstream = fixture(kind);
    String text = "x".repeat(10_000_000);
    assertThat(answer(upstream, 1, "length", "{\"text\":\"" + text + "\"}"))
        .contains("{\"length\":10000000}");
    assertThat(answer(upstream, 2, "big", "{\"size\":10000000}")).hasSizeGreaterThan(5_000_000);
  }

  @ParameterizedTest
  @EnumSource
  void aQuestionOfTheServerIsAnsweredWhileItsRequestWaits(Kind kind) throws Exception {
    UpstreamTransport upstream = fixture(kind);
    Events events = new Events();
    var call = inBackground(upstream, request(1, "ask", "{}"), events);
    await().until(() -> events.messages.size() == 1);
    assertThat(events.messages.getFirst()).contains("sampling/createMessage");
    upstream.send(Messages.result(id("s-1"), "{\"said\":\"yes\"}"));
    assertThat(text(call.get(60, TimeUnit.SECONDS))).contains("{\"heard\":{\"said\":\"yes\"}}");
  }

  @Test
  void aCancelIsForwardedAndEndsItsRequest() throws Exception {
    UpstreamTransport upstream = fixture(Kind.TCP);
    var call = held(upstream, 7);
    upstream.send(Messages.notification("notifications/cancelled", "{\"requestId\":7}"));
    assertThat(call.get(60, TimeUnit.SECONDS)).isInstanceOf(Answer.StreamEnded.class);
    await().until(() -> heard.unsolicited.toString().contains("cancelled 7"));
  }

  /** An interrupt of whoever uses a channel closes it; here others use it too. */
  @ParameterizedTest
  @EnumSource
  void anInterruptedCallerLeavesTheConversationToTheOthers(Kind kind) throws Exception {
    UpstreamTransport upstream = fixture(kind);
    for (int n = 0; n < 50; n++) {
      var thrown = new CompletableFuture<Throwable>();
      Thread caller =
          Thread.ofVirtual()
              .unstarted(
                  () -> {
                    try {
                      upstream.request(request(1, "silent", "{}"), new Events());
                    } catch (Exception e) {
                      thrown.complete(e);
                    }
                  });
      caller.start();
      caller.interrupt();
      assertThat(thrown.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
      assertThat(answer(upstream, 2, "echo", "{}")).contains("result");
    }
    assertThat(heard.ended).isNotDone();
  }

  @Test
  void linesThatAreNoMessageAreSkippedAndCounted() throws Exception {
    UpstreamTransport upstream = fixture(Kind.TCP);
    assertThat(answer(upstream, 1, "rubbish", "{}")).contains("result");
    assertThat(upstream.describe()).contains("2 lines that are no message, last: {\"half\":");
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatClosesDuringACallTellsWhatIsKnown(Kind kind) throws Exception {
    ScriptedPeer peer = fixturePeer(kind);
    UpstreamTransport upstream = open(to(peer.address()));
    var held = held(upstream, "h");
    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() -> answer(upstream, 1, "exit", "{\"code\":3}"))
        .withMessage(
            "upstream \"test\", exit 1: "
                + peer.address()
                + ": the other side closed the connection after the request was written; outcome"
                + " unknown, not sent again");
    assertThat(held).failsWithin(Patience.LIMIT).withThrowableOfType(ExecutionException.class);
    assertThat(heard.ended.get(60, TimeUnit.SECONDS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed the connection");
    assertThatExceptionOfType(UpstreamSessionLostException.class)
        .isThrownBy(() -> answer(upstream, 2, "echo", "{}"))
        .withMessageContaining("closed the connection");
    assertThatExceptionOfType(UpstreamSessionLostException.class)
        .isThrownBy(() -> upstream.send(Messages.notification("n", null)));
  }

  @Test
  void aResetEndsTheConversation() throws Exception {
    FaultProxy way = way(fixturePeer(Kind.TCP));
    UpstreamTransport upstream = open(to(Address.of("127.0.0.1", way.port())));
    var call = held(upstream, 1);
    way.reset();
    assertThat(call)
        .failsWithin(Patience.LIMIT)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(OutcomeUnknownException.class)
        .withMessageContaining("the connection was lost while reading")
        .withMessageContaining("reset");
    assertThat(heard.ended.get(60, TimeUnit.SECONDS)).isNotNull();
  }

  /** A server that starts at once, and answers each request with nothing. */
  private static void empty(ScriptedPeer.Line line) throws IOException {
    for (String text = line.readLine(); text != null; text = line.readLine()) {
      String id = text.replaceAll(".*\"id\":(\\d+).*", "$1");
      line.write("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{}}\n");
    }
  }

  @Test
  void aServerThatHasVanishedIsFoundByItsSilence() throws Exception {
    FaultProxy way = way(kept(ScriptedPeer.of(Kind.TCP, SocketUpstreamTest::empty)));
    Address address = Address.of("127.0.0.1", way.port());
    UpstreamTransport upstream =
        open(
            new SocketUpstreamOptions(
                "test", address, 1 << 20, Patience.LIMIT, Duration.ofSeconds(6)));
    assertThat(answer(upstream, 1, "echo", "{}")).contains("result");
    way.drop();
    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() -> answer(upstream, 2, "echo", "{}"))
        .withMessageContaining(
            address + ": nothing came for 6s (response-timeout) while a call waited");
    assertThat(heard.ended.get(60, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void aServerThatIsSilentWhileNobodyWaitsIsNotSuspected() throws Exception {
    Duration limit = Duration.ofSeconds(1);
    UpstreamTransport upstream =
        open(
            new SocketUpstreamOptions(
                "test", fixturePeer(Kind.TCP).address(), 1 << 20, Patience.LIMIT, limit));
    answer(upstream, 1, "echo", "{}");
    await().during(limit.multipliedBy(3)).until(() -> !heard.ended.isDone());
    assertThat(heard.ended).isNotDone();
    assertThat(upstream.describe()).contains(", 0 in flight");
  }

  private FaultProxy way(ScriptedPeer peer) throws IOException {
    return kept(FaultProxy.to(((Address.Port) peer.address()).port()));
  }

  @Test
  void anAnswerThatComesByteByByteIsAnAnswer() throws Exception {
    FaultProxy way = way(fixturePeer(Kind.TCP));
    way.trickle();
    UpstreamTransport upstream = open(to(Address.of("127.0.0.1", way.port())));
    assertThat(answer(upstream, 1, "echo", "{\"a\":\"" + "x".repeat(3000) + "\"}")).contains("xxx");
  }

  @Test
  void aLineBeyondTheLimitEndsTheConversationWithThatCause() throws Exception {
    UpstreamTransport upstream =
        open(
            new SocketUpstreamOptions(
                "test", fixturePeer(Kind.TCP).address(), 1000, Patience.LIMIT, Duration.ZERO));
    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() -> answer(upstream, 1, "big", "{\"size\":4000}"))
        .withMessageContaining("a frame of more than 1000 bytes");
    assertThat(heard.ended.get(60, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void closingEndsRequestsInFlightAndIsNoSurpriseToTheListener() throws Exception {
    ScriptedPeer peer = fixturePeer(Kind.TCP);
    UpstreamTransport upstream = open(to(peer.address()));
    var call = held(upstream, 1);
    upstream.close();
    upstream.close();
    assertThat(call)
        .failsWithin(Patience.LIMIT)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(OutcomeUnknownException.class)
        .withMessageContaining("was closed");
    await().until(() -> peer.open() == 0);
    assertThat(heard.ended).isNotDone();
  }

  @Test
  void writersToAServerThatDoesNotReadEndWithTheConversation() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try {
      UpstreamTransport upstream = scripted(line -> end.await());
      List<CompletableFuture<Answer>> calls = new ArrayList<>();
      for (int n = 1; n <= 20; n++) {
        String params = "{\"text\":\"" + "x".repeat(1_000_000) + "\"}";
        calls.add(inBackground(upstream, request(n, "length", params), new Events()));
      }
      await().until(() -> upstream.describe().contains(", 20 in flight"));
      upstream.close();
      for (var call : calls) {
        assertThat(call).failsWithin(Patience.LIMIT).withThrowableOfType(ExecutionException.class);
      }
    } finally {
      end.countDown();
    }
  }

  @Test
  void whyAServerCannotBeReachedIsTold() throws Exception {
    UpstreamConnector nobody = kept(Transports.tcp(to(Address.unix(Path.of("/no/such.sock")))));
    assertThatExceptionOfType(UpstreamUnavailableException.class)
        .isThrownBy(() -> nobody.open(heard))
        .withMessage(
            "upstream \"test\": unix:/no/such.sock: there is no such socket file; is the server"
                + " running?");
  }

  @Test
  void aClosedConnectorOpensNothingAndHasEndedEverything() throws Exception {
    UpstreamConnector connector = Transports.tcp(to(fixturePeer(Kind.TCP).address()));
    UpstreamTransport upstream = connector.open(heard);
    connector.close();
    assertThatExceptionOfType(UpstreamUnavailableException.class)
        .isThrownBy(() -> connector.open(heard));
    assertThatExceptionOfType(UpstreamSessionLostException.class)
        .isThrownBy(() -> answer(upstream, 1, "echo", "{}"));
  }

  @Test
  void aStandingStreamIsRefused() throws Exception {
    UpstreamTransport upstream = fixture(Kind.TCP);
    assertThatExceptionOfType(UpstreamRejectedException.class)
        .isThrownBy(() -> upstream.listen(null, new UpstreamKit.Events()))
        .satisfies(e -> assertThat(e.status()).isEqualTo(405));
  }
}
