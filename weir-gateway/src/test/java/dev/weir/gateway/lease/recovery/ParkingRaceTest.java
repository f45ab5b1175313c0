package dev.weir.gateway.lease.recovery;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.UpstreamSessionLostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes at the moment when a session is parked, or opened again. */
@Timeout(120)
class ParkingRaceTest extends ParkingKit {
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
