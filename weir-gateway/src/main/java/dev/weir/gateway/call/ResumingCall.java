package dev.weir.gateway.call;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One request of a client that sees streams of the gateway's own, to an upstream that may have
 * streams itself: the upstream's event ids end here; where it closes its stream and wants to be
 * asked again (2025-11-25, SEP-1699), this does the asking.
 */
public final class ResumingCall {
  private static final Duration RETRY = Duration.ofMillis(500);

  private final Conversation upstream;
  private final Answer.Exchange client;
  private final Function<Envelope, @Nullable Envelope> outward;
  private final BooleanSupplier cancelled;
  private @Nullable String lastEventId;
  private Duration retry = RETRY;
  private @Nullable Envelope response;

  /**
   * @param outward what the client sees of a message that comes before the answer; null for nothing
   * @param cancelled whether the client has taken the request back
   */
  public ResumingCall(
      Conversation upstream,
      Answer.Exchange client,
      Function<Envelope, @Nullable Envelope> outward,
      BooleanSupplier cancelled) {
    this.upstream = upstream;
    this.client = client;
    this.outward = outward;
    this.cancelled = cancelled;
  }

  /** Asks, and asks again until there is an answer or nobody wants it. */
  public Answer run(Envelope request) throws UpstreamException, IOException, InterruptedException {
    RequestId id = Objects.requireNonNull(request.id());
    Answer answer = upstream.request(request, new Sink(null));
    while (answer instanceof Answer.StreamEnded
        && lastEventId != null
        && !cancelled.getAsBoolean()) {
      Thread.sleep(retry);
      upstream.listen(lastEventId, new Sink(id));
      Envelope found = response;
      if (found != null) {
        return new Answer.Response(ServerEvent.of(found), false, () -> {});
      }
    }
    return answer instanceof Answer.Response found
        ? new Answer.Response(
            new ServerEvent(found.event().message(), null, null), false, found.giveBack())
        : answer;
  }

  private final class Sink implements UpstreamTransport.StreamSink {
    private final @Nullable RequestId awaited;

    Sink(@Nullable RequestId awaited) {
      this.awaited = awaited;
    }

    @Override
    public void opened() {
      // The client's own stream begins with the first event.
    }

    @Override
    public void event(ServerEvent event) throws IOException {
      if (event.id() != null) {
        lastEventId = event.id();
      }
      if (event.retry() != null) {
        retry = event.retry();
      }
      Envelope message = event.message();
      if (message == null) {
        return;
      }
      if (message.isResponse() && message.id() != null && message.id().equals(awaited)) {
        response = message;
        return;
      }
      Envelope seen = outward.apply(message);
      if (seen != null) {
        client.event(ServerEvent.of(seen));
      }
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // The client may come back for the answer, which the gateway keeps.
    }
  }
}
