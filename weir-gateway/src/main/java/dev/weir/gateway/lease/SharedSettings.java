package dev.weir.gateway.lease;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the clients of a shared session have set on it: subscriptions and log levels, each client's
 * own towards it, one of each towards the upstream.
 *
 * <p>Thread-safe. Who sets looks afterwards whether its client is still here, and who leaves goes
 * through what was set: one of the two takes it back.
 */
final class SharedSettings {
  private static final int MOST_SUBSCRIPTIONS = 1_000;

  private final Upstream upstream;
  private final IdMap<SharedConversation> ids;
  private final Set<SharedConversation> clients;
  private final Topics<SharedConversation> topics = new Topics<>();
  private final LogLevels<SharedConversation> levels = new LogLevels<>();

  /** The way to the upstream. */
  interface Upstream {
    /** Asks it; null when there is no answer. */
    @Nullable Envelope ask(Envelope request)
        throws UpstreamException, IOException, InterruptedException;

    /** Says that what was set is no longer wanted; nothing comes of it if the session is lost. */
    void takeBack(Envelope request) throws UpstreamException, IOException, InterruptedException;
  }

  /**
   * @param clients those that are here now
   */
  SharedSettings(
      Upstream upstream, IdMap<SharedConversation> ids, Set<SharedConversation> clients) {
    this.upstream = upstream;
    this.ids = ids;
    this.clients = clients;
  }

  Topics<SharedConversation> topics() {
    return topics;
  }

  LogLevels<SharedConversation> levels() {
    return levels;
  }

  Answer subscribe(IdMap.Call<SharedConversation> call, Envelope request)
      throws UpstreamException, IOException, InterruptedException {
    String uri = request.uri();
    if (uri == null) {
      return error(call, JsonRpcError.INVALID_PARAMS, "params.uri is missing");
    }
    SharedConversation client = call.owner();
    if (topics.of(client).size() >= MOST_SUBSCRIPTIONS) {
      return error(
          call,
          JsonRpcError.INVALID_REQUEST,
          "this session has " + MOST_SUBSCRIPTIONS + " subscriptions, and may have no more");
    }
    var refusal = new Refusal();
    boolean agreed =
        topics.subscribe(
            uri,
            client,
            () ->
                refusal.unlessAgreed(
                    upstream.ask(
                        Messages.request(
                            call.upstreamId(), "resources/subscribe", Offer.object("uri", uri)))));
    if (!clients.contains(client)) {
      unsubscribe(uri, client);
    }
    return agreed ? agreed(call) : refusal.answer(call);
  }

  Answer unsubscribe(IdMap.Call<SharedConversation> call, Envelope request)
      throws UpstreamException, IOException, InterruptedException {
    String uri = request.uri();
    if (uri == null) {
      return error(call, JsonRpcError.INVALID_PARAMS, "params.uri is missing");
    }
    unsubscribe(uri, call.owner());
    return agreed(call);
  }

  void unsubscribe(String uri, SharedConversation client)
      throws UpstreamException, IOException, InterruptedException {
    topics.unsubscribe(
        uri, client, () -> takeBack("resources/unsubscribe", Offer.object("uri", uri)));
  }

  Answer setLevel(IdMap.Call<SharedConversation> call, Envelope request)
      throws UpstreamException, IOException, InterruptedException {
    String level = SharedDelivery.textOf(request.member("level"));
    if (level == null || !LogLevels.isLevel(level)) {
      return error(call, JsonRpcError.INVALID_PARAMS, "params.level is no log level");
    }
    var refusal = new Refusal();
    boolean agreed =
        levels.set(
            call.owner(),
            level,
            told ->
                refusal.unlessAgreed(
                    upstream.ask(
                        Messages.request(
                            call.upstreamId(), "logging/setLevel", Offer.object("level", told)))));
    if (!clients.contains(call.owner())) {
      forgetLevel(call.owner());
    }
    return agreed ? agreed(call) : refusal.answer(call);
  }

  void forgetLevel(SharedConversation client)
      throws UpstreamException, IOException, InterruptedException {
    levels.remove(client, level -> takeBack("logging/setLevel", Offer.object("level", level)));
  }

  /** What the upstream said when it did not agree. */
  private static final class Refusal {
    private @Nullable Envelope said;

    boolean unlessAgreed(@Nullable Envelope answer) {
      said = answer;
      return answer != null && answer.kind() == Envelope.Kind.RESULT;
    }

    Answer answer(IdMap.Call<SharedConversation> call) {
      Envelope refusal = said;
      return refusal == null ? new Answer.StreamEnded() : response(refusal.withId(call.id()));
    }
  }

  /** True, since it holds for the next session whatever this one says. */
  private boolean takeBack(String method, String params)
      throws UpstreamException, IOException, InterruptedException {
    upstream.takeBack(Messages.request(ids.next(), method, params));
    return true;
  }

  private static Answer agreed(IdMap.Call<SharedConversation> call) {
    return response(Messages.result(call.id(), "{}"));
  }

  static Answer error(IdMap.Call<SharedConversation> call, int code, String message) {
    return response(Messages.error(call.id(), code, message, null));
  }

  private static Answer response(Envelope message) {
    return new Answer.Response(ServerEvent.of(message), false, () -> {});
  }
}
