package dev.weir.gateway.lease.recovery;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamTransport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One conversation over scripted sessions, and a clock that stands until it is told. */
abstract class ParkingKit {
  static final Duration AFTER = Duration.ofMinutes(10);

  final ScriptedSessions upstream = new ScriptedSessions();
  final Client client = new Client();
  final CountDownLatch gate = new CountDownLatch(1);
  final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  static final class Client implements ClientOutlet {
    final List<Envelope> delivered = new CopyOnWriteArrayList<>();
    volatile boolean listening;

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

  record Alone() implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {}

    @Override
    public void whenClientLeaves(Runnable action) {}
  }

  static final class Stream implements UpstreamTransport.StreamSink {
    final List<ServerEvent> events = new CopyOnWriteArrayList<>();
    final List<Runnable> whenLeft = new CopyOnWriteArrayList<>();

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

  static Envelope request(int id, String method) {
    return Messages.request(new RequestId(String.valueOf(id)), method, "{}");
  }

  static Envelope subscribe(int id) {
    return Messages.request(
        new RequestId(String.valueOf(id)), "resources/subscribe", "{\"uri\":\"test://one\"}");
  }

  static Envelope cancel(int id) {
    return Messages.notification("notifications/cancelled", "{\"requestId\":" + id + "}");
  }

  RecoveringConversation initialized() throws Exception {
    RecoveringConversation conversation = RecoveringConversation.open(upstream.sessions(), client);
    conversation.request(request(1, "initialize"), new Alone());
    conversation.send(Messages.notification("notifications/initialized", null));
    return conversation;
  }

  /** The client does nothing for so long that it may be parked, and somebody looks. */
  void idle(RecoveringConversation conversation) {
    upstream.pass(AFTER);
    conversation.parkIfIdle();
  }

  void awaitEndOf(int session) {
    await().until(() -> upstream.session(session).closed);
  }

  RecoveringConversation parked() throws Exception {
    RecoveringConversation conversation = initialized();
    idle(conversation);
    awaitEndOf(0);
    assertThat(upstream.parked()).isEqualTo(1);
    return conversation;
  }

  Future<Answer> begin(RecoveringConversation conversation, int id, String method) {
    return threads.submit(() -> conversation.request(request(id, method), new Alone()));
  }

  void gateIsWaitedFor() {
    upstream.doing(
        request -> {
          gate.await();
          return null;
        });
  }

  static Void listen(RecoveringConversation conversation, @Nullable String id, Stream to)
      throws Exception {
    conversation.listen(id, to);
    return null;
  }
}
