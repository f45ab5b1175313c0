package dev.weir.gateway.lease.recovery;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.ledger.LimitReachedException;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a session is parked, what prevents it, and what comes at the same moment. */
@Timeout(120)
class ParkedConversationTest {
  private static final Duration AFTER = Duration.ofMinutes(10);

  private final ScriptedSessions upstream = new ScriptedSessions();
  private final Client client = new Client();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private static final class Client implements ClientOutlet {
    private final List<Envelope> delivered = new CopyOnWriteArrayList<>();
    private volatile boolean listening;

    @Override
    public void deliver(Envelope message) {
      delivered.add(message);
    }

    @Override
    public boolean isListening() {
      return listening;
    }

    @Override
    public void upstreamEnded() {}

    List<String> methods() {
      return delivered.stream().map(message -> String.valueOf(message.method())).toList();
    }
  }

  private record Alone() implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {}

    @Override
    public void whenClientLeaves(Runnable action) {}
  }

  private static final class Stream implements UpstreamTransport.StreamSink {
    private final List<ServerEvent> events = new CopyOnWriteArrayList<>();
    private final List<Runnable> whenLeft = new CopyOnWriteArrayList<>();

    @Override
    public void opened() {}

    @Override
    public void event(ServerEvent event) {
      events.add(event);
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      whenLeft.add(action);
    }

    void leave() {
      whenLeft.forEach(Runnable::run);
    }
  }

  @BeforeEach
  void allow() {
    upstream.parking(AFTER);
  }

  @AfterEach
  void end() {
    gate.countDown();
    threads.close();
  }

  private static Envelope request(int id, String method) {
    return Messages.request(new RequestId(String.valueOf(id)), method, "{}");
  }

  private static Envelope subscribe(int id) {
    return Messages.request(
        new RequestId(String.valueOf(id)), "resources/subscribe", "{\"uri\":\"test://one\"}");
  }

  private static Envelope cancel(int id) {
    return Messages.notification("notifications/cancelled", "{\"requestId\":" + id + "}");
  }

  private RecoveringConversation initialized() throws Exception {
    RecoveringConversation conversation = RecoveringConversation.open(upstream.sessions(), client);
    conversation.request(request(1, "initialize"), new Alone());
    conversation.send(Messages.notification("notifications/initialized", null));
    return conversation;
  }

  /** The client does nothing for so long that it may be parked, and somebody looks. */
  private void idle(RecoveringConversation conversation) {
    upstream.pass(AFTER);
    conversation.parkIfIdle();
  }

  private void awaitEndOf(int session) {
    await().until(() -> upstream.session(session).closed);
  }

  private RecoveringConversation parked() throws Exception {
    RecoveringConversation conversation = initialized();
    idle(conversation);
    awaitEndOf(0);
    assertThat(upstream.parked()).isEqualTo(1);
    return conversation;
  }

  private Future<Answer> begin(RecoveringConversation conversation, int id, String method) {
    return threads.submit(() -> conversation.request(request(id, method), new Alone()));
  }

  private void gateIsWaitedFor() {
    upstream.doing(
        request -> {
          gate.await();
          return null;
        });
  }

  @Test
  void theNextMessageOpensAnotherSessionThatHearsWhatTheFirstHasHeard() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      conversation.request(request(2, "logging/setLevel"), new Alone());
      conversation.request(subscribe(3), new Alone());
      idle(conversation);
      awaitEndOf(0);
      assertThat(upstream.count()).as("nothing is opened for a silent client").isEqualTo(1);
      assertThat(client.delivered).as("nor is it told anything").isEmpty();
      assertThat(upstream.count("weir.upstream.parkings")).isEqualTo(1);

      conversation.request(request(4, "tools/call"), new Alone());
      assertThat(upstream.session(1).methods())
          .containsExactly(
              "initialize",
              "notifications/initialized",
              "logging/setLevel",
              "resources/subscribe",
              "tools/call");
      assertThat(client.methods())
          .containsExactly("notifications/message", "notifications/resources/updated");
      assertThat(client.delivered.getFirst().member("data"))
          .contains("upstream-state-lost")
          .contains("parked, because its client was idle");
      assertThat(upstream.parked()).isZero();
      assertThat(upstream.count("weir.upstream.resumptions", "outcome", "recovered")).isEqualTo(1);
      assertThat(upstream.count("weir.upstream.recoveries", "outcome", "recovered")).isZero();
    }
  }

  @Test
  void aSessionIsNotParkedBeforeItsTime() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      upstream.pass(AFTER.minusSeconds(1));
      conversation.parkIfIdle();
      conversation.request(request(2, "ping"), new Alone());
      upstream.pass(AFTER.minusSeconds(1));
      conversation.parkIfIdle();
      assertThat(upstream.session(0).closed).isFalse();
      assertThat(upstream.parked()).isZero();
    }
  }

  @Test
  void nothingIsParkedUnlessTheOperatorAllowsIt() throws Exception {
    upstream.parking(Duration.ZERO);
    try (RecoveringConversation conversation = initialized()) {
      upstream.pass(Duration.ofDays(100));
      conversation.parkIfIdle();
      assertThat(upstream.parked()).isZero();
    }
  }

  @Test
  void whatHasNotBeenInitializedIsNotParked() throws Exception {
    try (RecoveringConversation conversation =
        RecoveringConversation.open(upstream.sessions(), client)) {
      idle(conversation);
      assertThat(upstream.parked()).isZero();
    }
  }

  @Test
  void parkingIsNoFailureHoweverOftenItHappens() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      for (int time = 0; time < 10; time++) {
        idle(conversation);
        awaitEndOf(time);
        conversation.request(request(10 + time, "tools/call"), new Alone());
      }
      for (int time = 10; time < 13; time++) {
        upstream.session(time).lost = true;
        conversation.request(request(10 + time, "tools/call"), new Alone());
      }
      idle(conversation);
      awaitEndOf(13);
      conversation.request(request(30, "tools/call"), new Alone());
      assertThat(upstream.count()).isEqualTo(15);
      assertThat(client.methods()).hasSize(14).containsOnly("notifications/message");
    }
  }

  @Test
  void aCallInFlightPreventsIt() throws Exception {
    upstream.doing(
        request -> {
          if (request.is("tools/call")) {
            gate.await();
          }
          return null;
        });
    try (RecoveringConversation conversation = initialized()) {
      Future<Answer> call = begin(conversation, 2, "tools/call");
      await().until(() -> upstream.session(0).methods().contains("tools/call"));
      idle(conversation);
      assertThat(upstream.parked()).isZero();
      gate.countDown();
      assertThat(call.get()).isInstanceOf(Answer.Response.class);
      conversation.parkIfIdle();
      assertThat(upstream.parked()).as("idle since its end").isZero();
      idle(conversation);
      assertThat(upstream.parked()).isEqualTo(1);
    }
  }

  @Test
  void aQuestionThatWaitsForItsAnswerPreventsIt() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      upstream.session(0).outlet().deliver(request(7, "sampling/createMessage"));
      idle(conversation);
      assertThat(upstream.parked()).isZero();
      conversation.send(Messages.result(new RequestId("7"), "{}"));
      idle(conversation);
      awaitEndOf(0);
    }
  }

  @Test
  void aQuestionOfALaterSessionPreventsItToo() throws Exception {
    try (RecoveringConversation conversation = parked()) {
      conversation.request(request(2, "tools/call"), new Alone());
      upstream.session(1).outlet().deliver(request(7, "elicitation/create"));
      idle(conversation);
      assertThat(upstream.parked()).isZero();
      RequestId outward = Objects.requireNonNull(client.delivered.getLast().id());
      conversation.send(Messages.result(outward, "{}"));
      assertThat(upstream.session(1).heard().getLast().id()).isEqualTo(new RequestId("7"));
      idle(conversation);
      awaitEndOf(1);
    }
  }

  @Test
  void aQuestionThatWasTakenBackAndAPingDoNot() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      ClientOutlet server = upstream.session(0).outlet();
      server.deliver(request(7, "roots/list"));
      server.deliver(cancel(7));
      server.deliver(request(8, "ping"));
      idle(conversation);
      awaitEndOf(0);
    }
  }

  @Test
  void aQuestionThatIsTakenBackDuringACallDoesNotEither() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      upstream.session(0).outlet().deliver(request(7, "roots/list"));
      upstream.session(0).before = cancel(7);
      conversation.request(request(2, "tools/call"), new Alone());
      idle(conversation);
      awaitEndOf(0);
    }
  }

  @Test
  void whatTheServerSaysOnceItIsParkedIsNotPassedOn() throws Exception {
    try (RecoveringConversation conversation = parked()) {
      ClientOutlet server = upstream.session(0).outlet();
      server.deliver(request(7, "sampling/createMessage"));
      server.deliver(Messages.notification("notifications/tools/list_changed", null));
      assertThat(client.delivered).isEmpty();
      conversation.send(Messages.result(new RequestId("7"), "{}"));
      assertThat(upstream.count()).as("an answer that nobody waits for").isEqualTo(1);
    }
  }

  @Test
  void aCancellationOfWhatRanBeforeOpensNothing() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      conversation.request(request(2, "tools/call"), new Alone());
      idle(conversation);
      awaitEndOf(0);
      conversation.send(cancel(2));
      assertThat(upstream.count()).isEqualTo(1);
      conversation.request(request(3, "tools/call"), new Alone());
      assertThat(upstream.session(1).methods()).doesNotContain("notifications/cancelled");
    }
  }

  @Test
  void aCallThatIsCancelledWhileItsSessionIsOpenedAgainIsNotSent() throws Exception {
    try (RecoveringConversation conversation = parked()) {
      gateIsWaitedFor();
      Future<Answer> call = begin(conversation, 2, "tools/call");
      await().until(() -> upstream.count() == 2);
      conversation.send(cancel(2));
      gate.countDown();
      assertThat(call.get()).isInstanceOf(Answer.StreamEnded.class);
      assertThat(upstream.session(1).methods()).doesNotContain("tools/call");
    }
  }

  @Test
  void aSubscriptionPreventsItWhileItsClientListens() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      conversation.request(subscribe(2), new Alone());
      client.listening = true;
      idle(conversation);
      client.listening = false;
      conversation.parkIfIdle();
      assertThat(upstream.parked()).as("until it has not listened for as long").isZero();
      idle(conversation);
      awaitEndOf(0);
    }
  }

  @Test
  void aClientThatMerelyListensIsParked() throws Exception {
    client.listening = true;
    parked().close();
  }

  @Test
  void anAnswerThatItsClientMayComeBackForPreventsIt() throws Exception {
    upstream.streaming();
    try (RecoveringConversation conversation = initialized()) {
      assertThat(conversation.request(request(2, "tools/call"), new Alone()))
          .isInstanceOf(Answer.StreamEnded.class);
      idle(conversation);
      assertThat(upstream.parked()).isZero();

      upstream.session(0).answer = Messages.result(new RequestId("2"), "{}");
      upstream.session(0).holdStreams();
      var stream = new Stream();
      Future<?> resumed = threads.submit(() -> listen(conversation, "call-event", stream));
      await().until(() -> !stream.events.isEmpty());
      idle(conversation);
      assertThat(upstream.parked()).as("the stream is still open").isZero();
      stream.leave();
      resumed.get();
      idle(conversation);
      awaitEndOf(0);
    }
  }

  @Test
  void anAnswerThatWasCancelledDoesNot() throws Exception {
    upstream.streaming();
    try (RecoveringConversation conversation = initialized()) {
      conversation.request(request(2, "tools/call"), new Alone());
      conversation.send(cancel(2));
      idle(conversation);
      awaitEndOf(0);
    }
  }

  @Test
  void aTaskThatTheServerKeepsPreventsIt() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      conversation.request(
          Messages.request(
              new RequestId("2"), "tools/call", "{\"name\":\"long\",\"task\":{\"ttl\":60000}}"),
          new Alone());
      idle(conversation);
      assertThat(upstream.parked()).isZero();
    }
  }

  @Test
  void aSessionThatHasEndedByItselfIsLostAndNotParked() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      upstream.session(0).lost = true;
      upstream.session(0).outlet().upstreamEnded();
      idle(conversation);
      assertThat(upstream.parked()).isZero();
      conversation.request(request(2, "tools/call"), new Alone());
      assertThat(upstream.count("weir.upstream.recoveries", "outcome", "recovered")).isEqualTo(1);
    }
  }

  @Test
  void aMessageThatComesWhileTheOldSessionEndsDoesNotWaitForItsEnd() throws Exception {
    upstream.closing(this::awaitGate);
    try (RecoveringConversation conversation = parked()) {
      upstream.closing(() -> {});
      conversation.request(request(2, "tools/call"), new Alone());
      assertThat(gate.getCount()).as("the first is still ending").isEqualTo(1);
      assertThat(upstream.session(0).methods()).doesNotContain("tools/call");
      assertThat(upstream.session(1).methods()).endsWith("tools/call");
      gate.countDown();
    }
  }

  private void awaitGate() {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whoEndsAConversationThatIsBeingParkedWaitsForThat() throws Exception {
    upstream.closing(this::awaitGate);
    RecoveringConversation conversation = parked();
    Thread ending = Thread.ofVirtual().start(conversation::close);
    await().until(() -> ending.getState() == Thread.State.WAITING);
    assertThat(upstream.parked()).as("entered as parked").isZero();
    gate.countDown();
    assertThat(ending.join(Duration.ofMinutes(1))).isTrue();
    assertThat(conversation.isOver()).isTrue();
    assertThatThrownBy(() -> conversation.request(request(2, "tools/call"), new Alone()))
        .isInstanceOf(UpstreamSessionLostException.class);
    assertThat(upstream.count()).isEqualTo(1);
  }

  @Test
  void aConversationThatEndsWhileItIsOpenedAgainLeavesNothingOpen() throws Exception {
    RecoveringConversation conversation = parked();
    gateIsWaitedFor();
    Future<Answer> call = begin(conversation, 2, "tools/call");
    await().until(() -> upstream.count() == 2);
    conversation.close();
    assertThat(upstream.session(1).closed).isTrue();
    gate.countDown();
    assertThatThrownBy(call::get).hasCauseInstanceOf(UpstreamSessionLostException.class);
    assertThat(upstream.parked()).isZero();
  }

  @Test
  void whatIsBeingRecoveredIsNotParked() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      upstream.session(0).lost = true;
      gateIsWaitedFor();
      Future<Answer> call = begin(conversation, 2, "tools/call");
      await().until(() -> upstream.count() == 2);
      idle(conversation);
      assertThat(upstream.parked()).isZero();
      gate.countDown();
      assertThat(call.get()).isInstanceOf(Answer.Response.class);
      assertThat(upstream.count()).isEqualTo(2);
      assertThat(upstream.count("weir.upstream.recoveries", "outcome", "recovered")).isEqualTo(1);
    }
  }

  @Test
  void messagesThatComeTogetherShareOneNewSession() throws Exception {
    try (RecoveringConversation conversation = parked()) {
      gateIsWaitedFor();
      List<Future<Answer>> calls =
          IntStream.range(0, 8)
              .mapToObj(number -> begin(conversation, 10 + number, "tools/call"))
              .toList();
      await().until(() -> upstream.count() == 2);
      gate.countDown();
      for (Future<Answer> call : calls) {
        assertThat(call.get()).isInstanceOf(Answer.Response.class);
      }
      assertThat(upstream.count()).isEqualTo(2);
      assertThat(client.methods()).containsExactly("notifications/message");
    }
  }

  @Test
  void whenItCannotBeOpenedTheNextMessageTriesAgain() throws Exception {
    try (RecoveringConversation conversation = parked()) {
      upstream.doing(
          request -> {
            throw new OutcomeUnknownException("died in the handshake", null);
          });
      for (int time = 0; time < 5; time++) {
        int id = 10 + time;
        assertThatThrownBy(() -> conversation.request(request(id, "tools/call"), new Alone()))
            .isInstanceOf(UpstreamUnavailableException.class)
            .hasMessageContaining("parked")
            .hasMessageContaining("died in the handshake");
      }
      assertThat(upstream.parked()).isEqualTo(1);
      upstream.doing(request -> null);
      conversation.request(request(20, "tools/call"), new Alone());
      assertThat(upstream.parked()).isZero();
      assertThat(client.methods()).containsExactly("notifications/message");
      assertThat(upstream.count("weir.upstream.resumptions", "outcome", "failed")).isEqualTo(5);
    }
  }

  @Test
  void aMachineThatIsFullSaysWhenToComeBack() throws Exception {
    try (RecoveringConversation conversation = parked()) {
      upstream.doing(
          request -> {
            throw new LimitReachedException("refused: no memory", Duration.ofSeconds(7));
          });
      assertThatThrownBy(() -> conversation.request(request(2, "tools/call"), new Alone()))
          .isInstanceOfSatisfying(
              LimitReachedException.class,
              full -> assertThat(full.retryAfter()).isEqualTo(Duration.ofSeconds(7)));
    }
  }

  private static Void listen(RecoveringConversation conversation, @Nullable String id, Stream to)
      throws Exception {
    conversation.listen(id, to);
    return null;
  }

  @Test
  void aStreamOfTheClientStaysOpenAndGoesOnWithTheNextSession() throws Exception {
    upstream.streaming();
    try (RecoveringConversation conversation = initialized()) {
      upstream.session(0).holdStreams();
      var stream = new Stream();
      Future<?> listening = threads.submit(() -> listen(conversation, null, stream));
      await().until(() -> !upstream.session(0).listened().isEmpty());
      idle(conversation);
      awaitEndOf(0);
      var another = new Stream();
      Future<?> later = threads.submit(() -> listen(conversation, null, another));
      await().until(() -> !another.whenLeft.isEmpty());
      another.leave();
      later.get();
      assertThat(upstream.count()).as("to listen is no message").isEqualTo(1);
      assertThat(listening.isDone()).isFalse();

      conversation.request(request(2, "ping"), new Alone());
      listening.get();
      assertThat(upstream.session(1).listened()).containsExactly("null");
      assertThat(stream.events).hasSize(1);
      assertThat(Objects.requireNonNull(stream.events.getFirst().message()).member("data"))
          .contains("upstream-state-lost");
    }
  }

  @Test
  void aStreamThatWaitsForTheNextSessionEndsWithTheConversation() throws Exception {
    upstream.streaming();
    RecoveringConversation conversation = parked();
    var stream = new Stream();
    Future<?> listening = threads.submit(() -> listen(conversation, null, stream));
    await().until(() -> !stream.whenLeft.isEmpty());
    conversation.close();
    await().until(listening::isDone);
  }

  /**
   * Clients that call, somebody who parks, and servers that ask, all at once: every call is heard
   * once and answered, and nothing is left.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whateverComesTogetherEveryCallIsHeardOnce(long seed) throws Exception {
    upstream.parking(Duration.ofNanos(1));
    int callers = 4;
    int calls = 50;
    var over = new AtomicBoolean();
    try (RecoveringConversation conversation = initialized()) {
      Future<?> parking =
          threads.submit(
              () -> {
                while (!over.get()) {
                  idle(conversation);
                  Thread.yield();
                }
              });
      List<Future<?>> calling = new ArrayList<>();
      for (int caller = 0; caller < callers; caller++) {
        int first = 1_000 * (caller + 1);
        var random = new Random(seed * 31 + caller);
        calling.add(threads.submit(() -> call(conversation, first, calls, random)));
      }
      for (Future<?> each : calling) {
        each.get();
      }
      over.set(true);
      parking.get();
      idle(conversation);
      call(conversation, 10_000, 1, new Random(seed));
    }
    List<String> heard =
        IntStream.range(0, upstream.count())
            .mapToObj(upstream::session)
            .flatMap(session -> session.heard().stream())
            .filter(message -> message.is("tools/call"))
            .map(message -> String.valueOf(message.id()))
            .toList();
    assertThat(heard).hasSize(callers * calls + 1).doesNotHaveDuplicates();
    assertThat(upstream.parked()).isZero();
    assertThat(upstream.count("weir.upstream.parkings")).isPositive();
    for (int number = 0; number < upstream.count(); number++) {
      assertThat(upstream.session(number).closed).as("session " + number).isTrue();
    }
  }

  private Void call(RecoveringConversation conversation, int first, int calls, Random random)
      throws Exception {
    for (int number = 0; number < calls; number++) {
      assertThat(conversation.request(request(first + number, "tools/call"), new Alone()))
          .isInstanceOf(Answer.Response.class);
      switch (random.nextInt(4)) {
        case 0 -> conversation.send(cancel(first + number));
        case 1 -> upstream.session(upstream.count() - 1).outlet().deliver(request(5, "ping"));
        case 2 -> idle(conversation);
        default -> Thread.yield();
      }
    }
    return null;
  }
}
