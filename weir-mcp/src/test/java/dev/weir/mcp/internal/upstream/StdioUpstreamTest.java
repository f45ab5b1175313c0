package dev.weir.mcp.internal.upstream;

import static dev.weir.mcp.internal.upstream.Fixture.answer;
import static dev.weir.mcp.internal.upstream.Fixture.id;
import static dev.weir.mcp.internal.upstream.Fixture.inBackground;
import static dev.weir.mcp.internal.upstream.Fixture.request;
import static dev.weir.mcp.internal.upstream.Fixture.text;
import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Era;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.StdioOptions;
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.mcp.internal.upstream.Fixture.Events;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class StdioUpstreamTest {
  private final Fixture fixture = new Fixture();

  @AfterEach
  void endEveryProcess() {
    fixture.close();
  }

  /**
   * A request that the process has read and does not answer. That it is in flight would be too
   * early: it is before it is written.
   */
  private static CompletableFuture<Answer> held(UpstreamTransport upstream, Object id) {
    Events events = new Events();
    var call = inBackground(upstream, request(id, "silent", "{}"), events);
    await().until(() -> !events.messages.isEmpty());
    return call;
  }

  @Test
  void anAnswerIsTheBytesOfTheServer() throws Exception {
    UpstreamTransport upstream = fixture.open();
    assertThat(answer(upstream, "é", "echo", "{\"a\":[1.0,\"ü\"]}"))
        .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":\"é\",\"result\":{\"a\":[1,\"ü\"]}}");
    assertThat(upstream.hasStreams()).isFalse();
    assertThat(upstream.describe()).startsWith("process ");
  }

  @Test
  void fiftyCallsAtOnceGetTheirOwnAnswers() throws Exception {
    UpstreamTransport upstream = fixture.open();
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
  }

  @Test
  void tenMegabytesPassInBothDirections() throws Exception {
    UpstreamTransport upstream = fixture.open();
    String text = "x".repeat(10_000_000);
    assertThat(answer(upstream, 1, "length", "{\"text\":\"" + text + "\"}"))
        .contains("{\"length\":10000000}");
    assertThat(answer(upstream, 2, "big", "{\"size\":10000000}")).hasSizeGreaterThan(5_000_000);
  }

  @Test
  void progressReachesTheRequestOfItsTokenOnItsOwnThread() throws Exception {
    UpstreamTransport upstream = fixture.open();
    List<Events> heard = new ArrayList<>();
    List<CompletableFuture<Answer>> calls = new ArrayList<>();
    for (int n = 0; n < 5; n++) {
      heard.add(new Events());
      String params = "{\"count\":200,\"_meta\":{\"progressToken\":\"t" + n + "\"}}";
      calls.add(inBackground(upstream, request(n, "progress", params), heard.get(n)));
    }
    for (int n = 0; n < 5; n++) {
      assertThat(text(calls.get(n).get(60, TimeUnit.SECONDS))).contains("\"count\":200");
      assertThat(heard.get(n).messages).hasSize(200);
      String token = "\"t" + n + "\"";
      assertThat(heard.get(n).messages).allSatisfy(m -> assertThat(m).contains(token));
      assertThat(heard.get(n).threads).containsOnly(heard.get(n).threads.getFirst());
    }
  }

  @Test
  void aMessageWithoutAnAddressGoesToTheOnlyRequestInFlight() throws Exception {
    UpstreamTransport upstream = fixture.open();
    Events events = new Events();
    upstream.request(request(1, "log", "{}"), events);
    assertThat(events.messages).hasSize(1);
    assertThat(fixture.heard.unsolicited).isEmpty();
  }

  @Test
  void aMessageWithoutAnAddressGoesToTheListenerWhenTwoRequestsAreInFlight() throws Exception {
    UpstreamTransport upstream = fixture.open();
    var held = held(upstream, "held");
    Events events = new Events();
    upstream.request(request(1, "log", "{}"), events);
    assertThat(events.messages).isEmpty();
    assertThat(fixture.heard.unsolicited).hasSize(1);
    assertThat(held).isNotDone();
  }

  @Test
  void aQuestionOfTheServerIsAnsweredWhileItsRequestWaits() throws Exception {
    UpstreamTransport upstream = fixture.open();
    Events events = new Events();
    var call = inBackground(upstream, request(1, "ask", "{}"), events);
    await().until(() -> events.messages.size() == 1);
    assertThat(events.messages.getFirst()).contains("sampling/createMessage");
    upstream.send(Messages.result(id("s-1"), "{\"said\":\"yes\"}"));
    assertThat(text(call.get(60, TimeUnit.SECONDS))).contains("{\"heard\":{\"said\":\"yes\"}}");
  }

  @Test
  void aCancelIsForwardedAndEndsItsRequestAndALateAnswerIsDropped() throws Exception {
    UpstreamTransport upstream = fixture.open();
    var call = held(upstream, 7);
    upstream.send(Messages.notification("notifications/cancelled", "{\"requestId\":7}"));
    assertThat(call.get(60, TimeUnit.SECONDS)).isInstanceOf(Answer.StreamEnded.class);
    await().until(() -> fixture.heard.unsolicited.toString().contains("cancelled 7"));
    answer(upstream, 8, "late", "{\"of\":7}");
    assertThat(upstream.describe()).contains("1 late response");
    assertThat(answer(upstream, 7, "echo", "{\"again\":1}")).contains("again");
  }

  @Test
  void anInterruptedCallerLeavesNothingBehind() throws Exception {
    UpstreamTransport upstream = fixture.open();
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Events events = new Events();
    Thread caller =
        Thread.startVirtualThread(
            () -> {
              try {
                upstream.request(request(1, "silent", "{}"), events);
              } catch (Exception e) {
                thrown.complete(e);
              }
            });
    await().until(() -> !events.messages.isEmpty());
    caller.interrupt();
    assertThat(thrown.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    assertThat(upstream.describe()).contains(", 0 in flight");
    assertThat(answer(upstream, 1, "echo", "{}")).contains("result");
  }

  @Test
  void anIdInFlightIsRefusedForTheSecondRequestAlone() throws Exception {
    UpstreamTransport upstream = fixture.open();
    Events events = new Events();
    var first = inBackground(upstream, request(1, "ask", "{}"), events);
    await().until(() -> !events.messages.isEmpty());
    assertThatExceptionOfType(UpstreamRejectedException.class)
        .isThrownBy(() -> answer(upstream, 1, "echo", "{}"))
        .satisfies(e -> assertThat(e.status()).isEqualTo(400))
        .satisfies(e -> assertThat(new String(e.body(), UTF_8)).contains("-32600"));
    upstream.send(Messages.result(id("s-1"), "{}"));
    assertThat(text(first.get(60, TimeUnit.SECONDS))).contains("heard");
  }

  @Test
  void linesThatAreNoMessageAreSkippedAndCounted() throws Exception {
    UpstreamTransport upstream = fixture.open();
    assertThat(answer(upstream, 1, "rubbish", "{}")).contains("result");
    assertThat(upstream.describe()).contains("2 lines that are no message, last: {\"half\":");
  }

  @Test
  void aFloodOnStandardErrorStopsNothing() throws Exception {
    UpstreamTransport upstream = fixture.open();
    assertThat(answer(upstream, 1, "flood", "{\"bytes\":3000000}")).contains("result");
  }

  @Test
  void aDeathDuringACallTellsWhatIsKnown() throws Exception {
    UpstreamTransport upstream = fixture.open();
    var held = held(upstream, "h");
    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(
            () -> answer(upstream, 1, "exit", "{\"code\":3,\"lastWords\":\"out of cheese\"}"))
        .withMessage(
            "upstream \"fixture\", exit 1: the process ended with exit code 3 (last on stderr: out"
                + " of cheese) after the request was written; outcome unknown, not sent again");
    assertThat(held).failsWithin(Patience.LIMIT).withThrowableOfType(ExecutionException.class);
    assertThat(fixture.heard.ended.get(60, TimeUnit.SECONDS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("exit code 3");
    assertThatExceptionOfType(UpstreamSessionLostException.class)
        .isThrownBy(() -> answer(upstream, 2, "echo", "{}"))
        .withMessageContaining("exit code 3");
    assertThatExceptionOfType(UpstreamSessionLostException.class)
        .isThrownBy(() -> upstream.send(Messages.notification("n", null)));
  }

  @Test
  void anAnswerJustBeforeTheDeathIsNotLost() throws Exception {
    for (int n = 0; n < 20; n++) {
      UpstreamTransport upstream = fixture.open();
      assertThat(answer(upstream, n, "answerAndExit", "{\"size\":1000000}"))
          .hasSizeGreaterThan(1_000_000);
    }
  }

  @Test
  void whatADeadProcessHasWrittenStillReachesASlowClient() throws Exception {
    // With more patience than users have: a slow machine is not what this is about.
    try (var upstream =
        StdioUpstream.open(
            Fixture.options(1L << 26),
            fixture.heard,
            new OpenConversations("fixture"),
            () -> {},
            Patience.LIMIT,
            Era.LEGACY)) {
      long pid = Long.parseLong(upstream.describe().replaceAll("process (\\d+),.*", "$1"));
      ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
      // More than the mailbox takes: the rest is in the pipe when the process has ended.
      int count = Mailbox.MAX_MESSAGES + 300;
      String params = "{\"count\":" + count + ",\"_meta\":{\"progressToken\":1}}";
      WaitsFor slow = new WaitsFor(process, new Events());
      Answer answer = upstream.request(request(1, "progressAndExit", params), slow);
      assertThat(text(answer)).contains("\"count\":" + count);
      assertThat(slow.events.messages).hasSize(count);
    }
  }

  /** Reads on only when the process has been dead for a while, and its tree has been ended. */
  private record WaitsFor(ProcessHandle process, Events events) implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {
      if (events.messages.isEmpty()) {
        await().during(Duration.ofMillis(500)).until(() -> !process.isAlive());
      }
      events.event(event);
    }

    @Override
    public void whenClientLeaves(Runnable action) {}
  }

  @Test
  void anOutputThatIsClosedEndsTheConversation() throws Exception {
    UpstreamTransport upstream = fixture.open();
    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() -> answer(upstream, 1, "closeOutput", "{}"))
        .withMessageContaining("closed its output");
  }

  @Test
  void aLineBeyondTheLimitEndsTheConversationWithThatCause() throws Exception {
    try (Fixture small = new Fixture(1000)) {
      UpstreamTransport upstream = small.open();
      assertThatExceptionOfType(OutcomeUnknownException.class)
          .isThrownBy(() -> answer(upstream, 1, "big", "{\"size\":4000}"))
          .withMessageContaining("more than 1000 bytes");
      assertThat(small.heard.ended.get(60, TimeUnit.SECONDS)).isNotNull();
    }
  }

  @Test
  void closingEndsRequestsInFlightAndIsNoSurpriseToTheListener() throws Exception {
    UpstreamTransport upstream = fixture.open();
    var call = held(upstream, 1);
    upstream.close();
    upstream.close();
    assertThat(call)
        .failsWithin(Patience.LIMIT)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(OutcomeUnknownException.class)
        .withMessageContaining("was closed");
    assertThat(fixture.heard.ended).isNotDone();
  }

  @Test
  void writersToAProcessThatDoesNotReadEndWithTheConversation() throws Exception {
    UpstreamTransport upstream = fixture.open();
    answer(upstream, 0, "deaf", "{}");
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
  }

  @Test
  void closingEndsWhatTheProcessStarted() throws Exception {
    UpstreamTransport upstream = fixture.open();
    List<ProcessHandle> tree = treeOf(upstream);
    upstream.close();
    assertThat(tree).hasSizeGreaterThanOrEqualTo(4);
    // Orphans that have ended are still listed until init asks for them.
    await().untilAsserted(() -> assertThat(tree).noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void aProcessThatIsKilledTakesWhatItStartedWithIt() throws Exception {
    UpstreamTransport upstream = fixture.open();
    var call = held(upstream, "held");
    List<ProcessHandle> tree = treeOf(upstream);
    tree.getFirst().destroyForcibly();
    assertThat(call)
        .failsWithin(Patience.LIMIT)
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("exit code 137");
    await().untilAsserted(() -> assertThat(tree).noneMatch(ProcessHandle::isAlive));
  }

  /** The process and its two children, one of them with a child, one with its own session. */
  private static List<ProcessHandle> treeOf(UpstreamTransport upstream) throws Exception {
    answer(upstream, "tree", "tree", "{}");
    long pid = Long.parseLong(upstream.describe().replaceAll("process (\\d+),.*", "$1"));
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    List<ProcessHandle> tree = new ArrayList<>(List.of(process));
    process.descendants().forEach(tree::add);
    return tree;
  }

  @Test
  void aMissingCommandIsToldByItsName() {
    StdioOptions options =
        new StdioOptions("x", List.of("no-such-foo"), Map.of(), null, 1000, Duration.ZERO);
    assertThatExceptionOfType(UpstreamUnavailableException.class)
        .isThrownBy(() -> Transports.stdio(options).open(fixture.heard))
        .withMessageStartingWith(
            "upstream \"x\": cannot start \"no-such-foo\": no such program (not on the PATH")
        .withMessageEndingWith("; check the command in the configuration");
    StdioOptions nowhere =
        new StdioOptions(
            "x", List.of("node"), Map.of(), Path.of("/no/such/place"), 1000, Duration.ZERO);
    assertThatExceptionOfType(UpstreamUnavailableException.class)
        .isThrownBy(() -> Transports.stdio(nowhere).open(fixture.heard))
        .withMessageContaining("no such directory (/no/such/place)");
  }

  @Test
  void aClosedConnectorOpensNothingAndHasEndedEverything() throws Exception {
    UpstreamTransport upstream = fixture.open();
    fixture.connector.close();
    assertThatExceptionOfType(UpstreamUnavailableException.class).isThrownBy(fixture::open);
    assertThatExceptionOfType(UpstreamSessionLostException.class)
        .isThrownBy(() -> answer(upstream, 1, "echo", "{}"));
  }

  @Test
  void aStandingStreamIsRefused() throws Exception {
    UpstreamTransport upstream = fixture.open();
    assertThatExceptionOfType(UpstreamRejectedException.class)
        .isThrownBy(() -> upstream.listen(null, new NoSink()))
        .satisfies(e -> assertThat(e.status()).isEqualTo(405));
  }

  private static final class NoSink implements UpstreamTransport.StreamSink {
    @Override
    public void opened() {}

    @Override
    public void event(ServerEvent event) {}

    @Override
    public void whenClientLeaves(Runnable action) {}
  }
}
