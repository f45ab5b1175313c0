package dev.weir.gateway.lease.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.gateway.call.Conversation;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamTransport;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A new session that does not answer what the client had said to the one before. */
@Timeout(120)
class ReplayTest {
  private static final String VERSION = "{\"protocolVersion\":\"%s\",\"capabilities\":{}}";

  private final Mute mute = new Mute();

  /** Shakes hands, and answers nothing else until it is closed. */
  private static final class Mute implements Conversation {
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile String version = "2025-11-25";

    @Override
    public Answer request(Envelope request, Answer.Exchange exchange)
        throws UpstreamException, InterruptedException {
      if (!request.is("initialize")) {
        closed.await();
        throw new OutcomeUnknownException("closed before the answer", null);
      }
      RequestId id = Objects.requireNonNull(request.id());
      Envelope result = Messages.result(id, VERSION.formatted(version));
      return new Answer.Response(ServerEvent.of(result), false, () -> {});
    }

    @Override
    public void send(Envelope message) {}

    @Override
    public boolean hasStreams() {
      return false;
    }

    @Override
    public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink sink) {}

    @Override
    public void close() {
      closed.countDown();
    }
  }

  private static final class Owner implements Generation.Owner {
    @Override
    public void sent(Generation from, Envelope message) {}

    @Override
    public void ended(Generation from) {}

    @Override
    public void closed(Generation generation) {}
  }

  private static Recipe.Steps steps() {
    var id = new RequestId("1");
    Envelope request = Messages.request(id, "initialize", VERSION.formatted("2025-11-25"));
    Envelope result = Messages.result(id, VERSION.formatted("2025-11-25"));
    Envelope subscription =
        Messages.request(new RequestId("2"), "resources/subscribe", "{\"uri\":\"test://one\"}");
    return new Recipe.Steps(
        new Recipe.Handshake(request, result), null, null, Map.of("test://one", subscription));
  }

  private Replay replay(Duration bound) {
    var generation = new Generation(1, new Owner(), System::nanoTime);
    generation.begin(mute);
    return new Replay("x", generation, message -> {}, bound);
  }

  @Test
  void aSessionThatDoesNotAnswerWithinTheBoundIsEnded() {
    assertThat(Replay.BOUND).isEqualTo(Duration.ofSeconds(30));
    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() -> replay(Duration.ofMillis(100)).run(steps()));
    assertThat(mute.closed.getCount()).as("it was ended, and the answer not waited for").isZero();
  }

  @Test
  void aServerThatAnswersWithAnotherVersionIsNotTheOneThatWasAgreedWith() {
    mute.version = "2025-03-26";
    assertThatExceptionOfType(Replay.IncompatibleException.class)
        .isThrownBy(() -> replay(Replay.BOUND).run(steps()))
        .withMessageContaining("it now speaks 2025-03-26, and no longer 2025-11-25");
  }
}
