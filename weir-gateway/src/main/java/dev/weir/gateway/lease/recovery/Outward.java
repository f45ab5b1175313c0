package dev.weir.gateway.lease.recovery;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a client sees of what its upstream sessions send, one after the other, and what is learned
 * from it: whose an event id is, which questions are open, and that a list of tools is out of date.
 * Thread-safe, as its parts are.
 */
final class Outward {
  private final EventIds eventIds;
  private final Questions questions;
  private final SecondTry secondTry;

  Outward(EventIds eventIds, Questions questions, SecondTry secondTry) {
    this.eventIds = eventIds;
    this.questions = questions;
    this.secondTry = secondTry;
  }

  /**
   * What the client sees of an event.
   *
   * @param call the request whose stream it came on; null for the standing stream
   */
  ServerEvent seen(Generation from, ServerEvent event, @Nullable RequestId call) {
    if (event.id() != null) {
      eventIds.seen(event.id(), new EventIds.Origin(from.number(), call));
    }
    Envelope message = event.message();
    if (message == null) {
      return event;
    }
    if (message.is("notifications/tools/list_changed")) {
      secondTry.forget();
    }
    if (message.isResponse() && message.id() instanceof RequestId answered) {
      from.paid(answered);
    }
    if (!from.mayPass(message, call)) {
      return new ServerEvent(null, event.id(), event.retry());
    }
    Envelope outward = questions.outward(from.number(), message);
    return outward == message ? event : new ServerEvent(outward, event.id(), event.retry());
  }

  /** What comes before the answer to a request. */
  class Passing implements Answer.Exchange {
    private final Generation from;
    private final @Nullable RequestId call;
    private final Answer.Exchange client;
    private boolean canBeResumed;

    Passing(Generation from, @Nullable RequestId call, Answer.Exchange client) {
      this.from = from;
      this.call = call;
      this.client = client;
    }

    @Override
    public void event(ServerEvent event) throws IOException {
      canBeResumed |= event.id() != null;
      client.event(seen(from, event, call));
    }

    /** Whether the client may come back for what has not come yet. */
    boolean canBeResumed() {
      return canBeResumed;
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      client.whenClientLeaves(action);
    }

    @Override
    public @Nullable String protocolVersion(@Nullable String agreed) {
      return client.protocolVersion(agreed);
    }
  }
}
