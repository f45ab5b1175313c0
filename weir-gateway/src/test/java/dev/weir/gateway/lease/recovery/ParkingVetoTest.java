package dev.weir.gateway.lease.recovery;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What prevents that a session is parked, and what does not. */
@Timeout(120)
class ParkingVetoTest extends ParkingKit {
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
}
