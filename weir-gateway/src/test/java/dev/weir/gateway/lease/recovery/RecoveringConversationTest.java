package dev.weir.gateway.lease.recovery;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes on while a session is being replaced. */
@Timeout(120)
class RecoveringConversationTest {
  private final ScriptedSessions upstream = new ScriptedSessions();
  private final Client client = new Client();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final List<Thread> started = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newThreadPerTaskExecutor(this::thread);

  private static final class Client implements ClientOutlet {
    private final List<Envelope> delivered = new CopyOnWriteArrayList<>();
    private final AtomicInteger ended = new AtomicInteger();

    @Override
    public void deliver(Envelope message) {
      delivered.add(message);
    }

    @Override
    public void upstreamEnded() {
      ended.incrementAndGet();
    }
  }

  private record Alone() implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {}

    @Override
    public void whenClientLeaves(Runnable action) {}
  }

  private static final class Stream implements UpstreamTransport.StreamSink {
    private final List<ServerEvent> events = new ArrayList<>();

    @Override
    public void opened() {}

    @Override
    public void event(ServerEvent event) {
      events.add(event);
    }

    @Override
    public void whenClientLeaves(Runnable action) {}
  }

  @AfterEach
  void end() {
    gate.countDown();
    threads.close();
  }

  private Thread thread(Runnable work) {
    Thread thread = Thread.ofVirtual().unstarted(work);
    started.add(thread);
    return thread;
  }

  private static boolean isWaiting(Thread thread) {
    return thread.getState() == Thread.State.WAITING;
  }

  private static Envelope request(int id, String method) {
    return Messages.request(new RequestId(String.valueOf(id)), method, "{}");
  }

  private RecoveringConversation initialized() throws Exception {
    RecoveringConversation conversation = RecoveringConversation.open(upstream.sessions(), client);
    conversation.request(request(1, "initialize"), new Alone());
    conversation.send(Messages.notification("notifications/initialized", null));
    return conversation;
  }

  /** The session that is opened next is at its handshake until the gate opens. */
  private void replacementWaits() {
    upstream.doing(
        request -> {
          gate.await();
          return null;
        });
  }

  private Future<Answer> begin(RecoveringConversation conversation, int id, String method) {
    return threads.submit(() -> conversation.request(request(id, method), new Alone()));
  }

  @Test
  void aCallThatIsCancelledWhileItWaitsForTheNewSessionIsNotSent() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      upstream.session(0).lost = true;
      replacementWaits();
      Future<Answer> call = begin(conversation, 2, "tools/call");
      await().until(() -> upstream.count() == 2);
      conversation.send(Messages.notification("notifications/cancelled", "{\"requestId\":2}"));
      gate.countDown();
      assertThat(call.get()).isInstanceOf(Answer.StreamEnded.class);
      assertThat(upstream.session(1).methods())
          .containsExactly("initialize", "notifications/initialized");
    }
  }

  @Test
  void aConversationThatEndsWhileItIsRecoveredLeavesNothingOpen() throws Exception {
    RecoveringConversation conversation = initialized();
    upstream.session(0).lost = true;
    replacementWaits();
    Future<Answer> call = begin(conversation, 2, "tools/call");
    await().until(() -> upstream.count() == 2);
    conversation.close();
    assertThat(upstream.session(1).closed).isTrue();
    gate.countDown();
    assertThatThrownBy(call::get).hasCauseInstanceOf(UpstreamSessionLostException.class);
    assertThat(upstream.session(0).closed).isTrue();
    assertThat(upstream.session(1).methods()).doesNotContain("tools/call");
    assertThat(upstream.count()).isEqualTo(2);
  }

  @Test
  void whoWaitsForTheSameReplacementSharesItsFailure() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      upstream.session(0).lost = true;
      upstream.doing(
          request -> {
            gate.await();
            throw new OutcomeUnknownException("died in the handshake", null);
          });
      List<Future<Answer>> calls = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        calls.add(begin(conversation, 10 + i, "tools/call"));
      }
      await().until(() -> upstream.count() == 2);
      await().until(() -> started.stream().allMatch(RecoveringConversationTest::isWaiting));
      gate.countDown();
      for (Future<Answer> call : calls) {
        assertThatThrownBy(call::get)
            .hasCauseInstanceOf(UpstreamUnavailableException.class)
            .hasMessageContaining("died in the handshake");
      }
      assertThat(upstream.count()).isEqualTo(2);
      assertThat(client.ended).hasValue(0);
      assertThat(upstream.session(1).closed).isTrue();
    }
  }

  @Test
  void theNextMessageAfterAFailureTriesAgainAndIsToldOfOnce() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      upstream.session(0).lost = true;
      upstream.doing(
          request -> {
            throw new OutcomeUnknownException("died in the handshake", null);
          });
      assertThatThrownBy(() -> conversation.request(request(2, "tools/call"), new Alone()))
          .isInstanceOf(UpstreamUnavailableException.class);
      assertThat(client.delivered).isEmpty();
      upstream.doing(request -> null);
      try (Answer answer = conversation.request(request(3, "tools/call"), new Alone())) {
        assertThat(answer).isInstanceOf(Answer.Response.class);
      }
      assertThat(upstream.session(2).methods())
          .containsExactly("initialize", "notifications/initialized", "tools/call");
      assertThat(client.delivered).hasSize(1);
    }
  }

  @Test
  void whatIsReplayedHasIdsThatNoClientUses() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      conversation.request(request(2, "logging/setLevel"), new Alone());
      upstream.session(0).lost = true;
      conversation.request(request(3, "tools/call"), new Alone());
      List<String> ids =
          upstream.session(1).heard().stream()
              .filter(Envelope::isRequest)
              .map(message -> String.valueOf(message.id()))
              .toList();
      assertThat(ids).hasSize(3).doesNotHaveDuplicates();
      assertThat(ids.subList(0, 2)).allMatch(id -> id.startsWith("\"weir-recovery-"));
      assertThat(ids.getLast()).isEqualTo("3");
    }
  }

  @Test
  void whoComesBackForAnAnswerOfALostSessionIsToldThatItWillNotCome() throws Exception {
    upstream.streaming();
    try (RecoveringConversation conversation = initialized()) {
      conversation.request(request(2, "tools/call"), new Alone());
      upstream.session(0).lost = true;
      var stream = new Stream();
      conversation.listen("call-event", stream);
      Envelope told = Objects.requireNonNull(stream.events.getFirst().message());
      assertThat(told.id()).isEqualTo(new RequestId("2"));
      assertThat(told.member("data")).contains("outcome-unknown");
      assertThat(upstream.session(1).listened()).isEmpty();
    }
  }

  @Test
  void theEventIdsOfALostSessionAreNotForTheNext() throws Exception {
    upstream.streaming();
    try (RecoveringConversation conversation = initialized()) {
      conversation.listen("known-to-the-server", new Stream());
      assertThat(upstream.session(0).listened()).containsExactly("known-to-the-server");
      upstream.session(0).lost = true;
      var stream = new Stream();
      conversation.listen("known-to-the-server", stream);
      assertThat(upstream.session(1).listened()).containsExactly("null");
      assertThat(stream.events).hasSize(1);
      assertThat(Objects.requireNonNull(stream.events.getFirst().message()).member("data"))
          .contains("upstream-state-lost");
    }
  }

  @Test
  void aSessionThatIsLostBeforeItsHandshakeIsNotRecovered() throws Exception {
    try (RecoveringConversation conversation =
        RecoveringConversation.open(upstream.sessions(), client)) {
      upstream.session(0).lost = true;
      assertThatThrownBy(() -> conversation.request(request(1, "initialize"), new Alone()))
          .isInstanceOf(UpstreamSessionLostException.class);
      assertThat(upstream.count()).isEqualTo(1);
    }
  }

  @Test
  void whatALostSessionAgreesToLateIsAskedOfTheNextOne() throws Exception {
    var asked = new CountDownLatch(1);
    var agreed = new CountDownLatch(1);
    upstream.doing(
        request -> {
          if (request.is("resources/subscribe")) {
            asked.countDown();
            gate.await();
            agreed.countDown();
          }
          return null;
        });
    try (RecoveringConversation conversation = initialized()) {
      Future<Answer> late = begin(conversation, 2, "resources/subscribe");
      asked.await();
      upstream.session(0).lost = true;
      var replacing = new CountDownLatch(1);
      upstream.doing(
          request -> {
            replacing.await();
            return null;
          });
      Future<Answer> finder = begin(conversation, 3, "tools/list");
      await().until(() -> upstream.count() == 2);
      gate.countDown(); // the lost session agrees, while the next one has been given its steps
      agreed.await();
      await()
          .until(
              () ->
                  started.stream()
                      .filter(Thread::isAlive)
                      .allMatch(RecoveringConversationTest::isWaiting));
      replacing.countDown();
      assertThat(late.get()).isInstanceOf(Answer.Response.class);
      finder.get();
      assertThat(upstream.session(1).methods()).contains("resources/subscribe");
    }
  }

  @Test
  void nothingIsOpenedForWhatIsTakenBack() throws Exception {
    try (RecoveringConversation conversation = initialized()) {
      String one = "{\"uri\":\"test://one\"}";
      String level = "{\"level\":\"debug\"}";
      conversation.request(
          Messages.request(new RequestId("2"), "resources/subscribe", one), new Alone());
      conversation.request(
          Messages.request(new RequestId("3"), "logging/setLevel", level), new Alone());
      upstream.session(0).lost = true;
      conversation.takeBack(
          Messages.request(new RequestId("4"), "resources/unsubscribe", one), new Alone());
      assertThat(upstream.count()).isEqualTo(1);
      conversation.request(request(5, "tools/list"), new Alone());
      assertThat(upstream.session(1).methods())
          .containsExactly(
              "initialize", "notifications/initialized", "logging/setLevel", "tools/list");
    }
  }
}
