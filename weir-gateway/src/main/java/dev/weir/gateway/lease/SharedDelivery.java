package dev.weir.gateway.lease;

import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.upstream.Evidence.Sign;
import dev.weir.gateway.upstream.IsolationState;
import dev.weir.gateway.upstream.IsolationState.Dropped;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.UpstreamException;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose is what an upstream says on a shared session. A message goes to the client that it provably
 * belongs to, or to all where it says the same to all; what belongs to nobody is dropped and
 * counted, and a question that belongs to nobody is refused.
 *
 * <p><b>What proves.</b> A progress token, since each is given out once. The stream of a call,
 * where the wire has one for each. Nothing else: on a pipe it is not enough that one call alone is
 * in flight, because what is said may belong to a call that was cancelled a moment ago, of another
 * client's.
 *
 * <p>Holds no state of its own. Returns soon on the upstream's thread: what has to be sent back is
 * sent by another.
 */
final class SharedDelivery {
  private final Conversation upstream;
  private final Collection<SharedConversation> clients;
  private final IdMap<SharedConversation> ids;
  private final SharedSettings settings;
  private final IsolationState state;

  SharedDelivery(
      Conversation upstream,
      Collection<SharedConversation> clients,
      IdMap<SharedConversation> ids,
      SharedSettings settings,
      IsolationState state) {
    this.upstream = upstream;
    this.clients = clients;
    this.ids = ids;
    this.settings = settings;
    this.state = state;
  }

  /**
   * Takes what the wire brought with a call.
   *
   * @return what the call's client sees of it; null for nothing
   */
  @Nullable Envelope withCall(IdMap.Call<SharedConversation> call, Envelope message) {
    if (message.is("notifications/progress") && call.upstreamId().equals(message.progressToken())) {
      return call.inward(message);
    }
    if (!upstream.hasStreams()) {
      alone(message);
      return null;
    }
    SharedConversation owner = call.owner();
    return switch (String.valueOf(message.method())) {
      case "notifications/message" ->
          settings.levels().wants(owner, textOf(message.member("level"))) ? message : null;
      case "notifications/cancelled" -> takenBack(owner, message);
      case "sampling/createMessage", "elicitation/create" ->
          message.isRequest()
              ? message.withId(owner.asks().add(upstream, Objects.requireNonNull(message.id())))
              : null;
      case "notifications/elicitation/complete" -> message;
      default -> {
        alone(message);
        yield null;
      }
    };
  }

  /** Takes what the upstream says outside of any call. */
  void alone(Envelope message) {
    if (message.isRequest()) {
      answer(message);
      return;
    }
    switch (String.valueOf(message.method())) {
      case "notifications/progress" -> progress(message);
      case "notifications/resources/updated" -> updated(message);
      case "notifications/tools/list_changed",
          "notifications/prompts/list_changed",
          "notifications/resources/list_changed" ->
          clients.forEach(client -> client.outlet().deliver(message));
      case "notifications/cancelled" -> {
        for (SharedConversation client : clients) {
          Envelope seen = takenBack(client, message);
          if (seen != null) {
            client.outlet().deliver(seen);
          }
        }
      }
      case "notifications/message" -> state.dropped(Dropped.LOG);
      default -> state.dropped(Dropped.OTHER);
    }
  }

  private void answer(Envelope question) {
    RequestId id = Objects.requireNonNull(question.id());
    if (question.is("ping")) {
      reply(Messages.result(id, "{}"));
      return;
    }
    state.dropped(Dropped.QUESTION);
    state.evidence().against(Sign.QUESTION_OF_NOBODY);
    reply(
        Messages.error(
            id,
            JsonRpcError.METHOD_NOT_FOUND,
            "several clients share this session, and " + question.method() + " is for none of them",
            null));
  }

  /** Sends on a thread of its own: the upstream's must not wait for itself. */
  private void reply(Envelope message) {
    Thread.ofVirtual()
        .name("shared-reply")
        .start(
            () -> {
              try {
                upstream.send(message);
              } catch (UpstreamException e) {
                // It has ended, so it waits for no reply.
              } catch (InterruptedException e) {
                // Nobody has a reason to interrupt this thread.
              }
            });
  }

  private void progress(Envelope message) {
    RequestId token = message.progressToken();
    IdMap.Call<SharedConversation> call = ids.ofUpstream(token);
    Envelope seen = call == null ? null : call.inward(message);
    if (call != null && seen != null) {
      call.owner().outlet().deliver(seen);
      return;
    }
    state.dropped(Dropped.PROGRESS);
    if (!ids.wasGiven(token)) {
      state.evidence().against(Sign.PROGRESS_OF_NOBODY);
    }
  }

  private void updated(Envelope message) {
    Set<SharedConversation> subscribers = settings.topics().subscribers(message.uri());
    subscribers.forEach(client -> client.outlet().deliver(message));
    if (subscribers.isEmpty()) {
      state.dropped(Dropped.UPDATE);
      if (!settings.topics().wereEverHeld()) {
        state.evidence().against(Sign.UPDATE_OF_NOBODY);
      }
    }
  }

  private @Nullable Envelope takenBack(SharedConversation client, Envelope cancelled) {
    RequestId id = cancelled.cancelledId();
    RequestId known = id == null ? null : client.asks().outward(upstream, id);
    return known == null ? null : cancelled.withCancelledId(known);
  }

  /** A JSON string without escapes, which levels have none of. */
  static @Nullable String textOf(@Nullable String json) {
    return json != null && json.length() > 1 && json.startsWith("\"") && json.endsWith("\"")
        ? json.substring(1, json.length() - 1)
        : null;
  }
}
