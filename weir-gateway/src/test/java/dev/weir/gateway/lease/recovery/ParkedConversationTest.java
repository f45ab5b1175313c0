package dev.weir.gateway.lease.recovery;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.gateway.ledger.LimitReachedException;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is said to a session that was parked, and how it comes back. */
@Timeout(120)
class ParkedConversationTest extends ParkingKit {
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
            throw new LimitReachedException(
                LimitReachedException.Limit.MACHINE, "refused: no memory", Duration.ofSeconds(7));
          });
      assertThatThrownBy(() -> conversation.request(request(2, "tools/call"), new Alone()))
          .isInstanceOfSatisfying(
              LimitReachedException.class,
              full -> assertThat(full.retryAfter()).isEqualTo(Duration.ofSeconds(7)));
    }
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
}
