package dev.weir.gateway.lease.recovery;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The streams that a client has open beside its requests. Each goes on over the upstream sessions
 * that come one after the other, and waits while there is none because it is parked; one that was
 * resumed for the answer of a lost session ends with the news that it will never come.
 *
 * <p>Thread-safe: a stream belongs to the thread that listens, which takes the {@link Generation}
 * that serves now and looks again when that one was retired under it.
 */
final class Streams {
  private final Recovery recovery;
  private final EventIds eventIds;
  private final Outward outward;

  Streams(Recovery recovery, EventIds eventIds, Outward outward) {
    this.recovery = recovery;
    this.eventIds = eventIds;
    this.outward = outward;
  }

  /** As {@link RecoveringConversation#listen}. */
  void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink client)
      throws UpstreamException, IOException, InterruptedException {
    var left = new AtomicBoolean();
    client.whenClientLeaves(
        () -> {
          left.set(true);
          recovery.wake();
        });
    while (true) {
      Generation at = recovery.current();
      boolean parked = at.isParked();
      EventIds.Origin origin = lastEventId == null ? null : eventIds.origin(lastEventId);
      boolean known =
          !parked && (origin == null ? at.number() == 0 : origin.generation() == at.number());
      if (!known && origin != null && origin.call() != null) {
        client.opened();
        client.event(ServerEvent.of(neverAnswered(origin.call())));
        return;
      }
      if (parked) {
        client.opened();
        at.awaitSuccessor(() -> left.get() || recovery.isOver());
        if (left.get() || recovery.isOver()) {
          return;
        }
        continue;
      }
      boolean standing = lastEventId == null || !known || (origin != null && origin.call() == null);
      if (!standing && !at.enter()) {
        continue;
      }
      var passing = new Listening(at, origin == null ? null : origin.call(), client, standing);
      try {
        at.conversation().listen(known ? lastEventId : null, passing);
        if (!at.isRetired() || left.get() || recovery.isOver()) {
          return;
        }
      } catch (UpstreamException e) {
        if (left.get()) {
          return;
        }
        renewStream(at, e);
      } finally {
        passing.end();
        if (!standing) {
          at.leave();
        }
      }
    }
  }

  private void renewStream(Generation at, UpstreamException failure)
      throws UpstreamException, IOException, InterruptedException {
    if (failure instanceof UpstreamSessionLostException lost) {
      if (!at.isRetired() && answers(at)) {
        throw new UpstreamRejectedException(
            "upstream \"" + recovery.upstream() + "\" has no streams: " + lost.getMessage(),
            405,
            Map.of(),
            new byte[0]);
      }
      recovery.replace(at, lost);
    } else if (!at.isRetired() || recovery.isOver()) {
      throw failure;
    }
  }

  /**
   * A server that has no streams may say 404 as well: whether the session is lost, a ping tells.
   */
  private boolean answers(Generation at) throws IOException, InterruptedException {
    var id = new RequestId("\"weir-alive-" + UUID.randomUUID() + "\"");
    Envelope ping = Messages.request(id, "ping", null);
    try (Answer answer = at.conversation().request(ping, new Unheard())) {
      return answer instanceof Answer.Response;
    } catch (UpstreamException e) {
      return false;
    }
  }

  private record Unheard() implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {
      // A ping brings nothing.
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // There is none.
    }
  }

  private Envelope neverAnswered(RequestId call) {
    String text =
        "upstream \""
            + recovery.upstream()
            + "\": its session was lost before the answer; outcome unknown, not sent again";
    return Messages.error(
        call, JsonRpcError.INTERNAL_ERROR, text, "{\"cause\":\"outcome-unknown\"}");
  }

  /** A stream of the client on one generation; the next one gets another. */
  private final class Listening extends Outward.Passing implements UpstreamTransport.StreamSink {
    private final Generation from;
    private final UpstreamTransport.StreamSink client;
    private final boolean standing;
    private List<Runnable> joined = List.of();

    Listening(
        Generation from,
        @Nullable RequestId call,
        UpstreamTransport.StreamSink client,
        boolean standing) {
      outward.super(from, call, client);
      this.from = from;
      this.client = client;
      this.standing = standing;
    }

    @Override
    public void opened() throws IOException {
      client.opened();
      if (standing) {
        recovery.passNotices(client);
      }
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      joined = List.of(action);
      super.whenClientLeaves(action);
      from.joins(action);
    }

    void end() {
      from.leaves(joined);
    }
  }
}
