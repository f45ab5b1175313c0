package dev.weir.gateway.lease;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.ResumingCall;
import dev.weir.gateway.call.StandingStream;
import dev.weir.gateway.lease.recovery.Audience;
import dev.weir.gateway.lease.recovery.RecoveringConversation;
import dev.weir.gateway.lease.recovery.Sessions;
import dev.weir.gateway.lease.recovery.StateLost;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One upstream session that several clients share, none of which can tell that there are others:
 * {@link IdMap} keeps their calls apart, {@link FairTurns} says whose is next, {@link
 * SharedDelivery} whose is what the upstream says.
 *
 * <p>States: opened → shaken hands → ended. The first client to come has the gateway shake hands;
 * the others wait for that and get the same answer, or the same failure. When the session beneath
 * is lost, {@link RecoveringConversation} puts another in its place, which hears the gateway's
 * handshake, the merged log level and the subscriptions of all; each client is told what it has
 * lost, and no more. Lost for good, or failed to shake hands, it is used no more, and the sessions
 * of its clients end.
 *
 * <p>Thread-safe. Two pairs, each of which writes its own part first and then looks at the other's,
 * so that one of the two always sees the other: who joins (adds itself, looks whether it has ended)
 * and the end (sets that, goes through the clients); who calls (adds the call, looks whether its
 * client is still here) and who leaves (removes the client, goes through its calls).
 */
final class SharedUpstreamSession implements ClientOutlet, Audience, AutoCloseable {
  /** What is known to mean the same whoever else is there. The rest is not passed on. */
  private static final Set<String> PASSED =
      Set.of(
          "ping",
          "tools/list",
          "tools/call",
          "resources/list",
          "resources/templates/list",
          "resources/read",
          "prompts/list",
          "prompts/get",
          "completion/complete");

  private final RecoveringConversation upstream;
  private final String name;
  private final int most;
  private final Set<SharedConversation> clients = ConcurrentHashMap.newKeySet();
  private final IdMap<SharedConversation> ids = new IdMap<>();
  private final FairTurns<SharedConversation> turns;
  private final Map<IdMap.Call<SharedConversation>, FairTurns<SharedConversation>.Turn> taken =
      new ConcurrentHashMap<>();
  private final SharedSettings settings = new SharedSettings(new Way(), ids, clients);
  private final SharedDelivery delivery;
  private final ReentrantLock handshake = new ReentrantLock();
  private volatile @Nullable Envelope shaken;
  private @Nullable UpstreamException failure;
  private volatile @Nullable StandingStream standing;
  private volatile boolean lifeless;
  private volatile boolean ended;

  private SharedUpstreamSession(Sessions sessions, Sharing sharing, LateOutlet outlet)
      throws UpstreamException, InterruptedException {
    this.name = sessions.upstream();
    this.most = sharing.bounds().clients();
    this.turns = new FairTurns<>(sharing.bounds().calls());
    this.upstream =
        RecoveringConversation.open(
            sessions.from(way -> openNext(sessions.opener(), way)), outlet, this);
    this.delivery = new SharedDelivery(upstream, clients, ids, settings, sharing.state());
  }

  /**
   * Opens a session that nobody has used.
   *
   * @param sessions where it comes from, and those that take its place
   */
  static SharedUpstreamSession open(Sessions sessions, Sharing sharing)
      throws UpstreamException, InterruptedException {
    var outlet = new LateOutlet(() -> {});
    var session = new SharedUpstreamSession(sessions, sharing, outlet);
    outlet.lead(session);
    return session;
  }

  private Conversation openNext(Sessions.Opener opener, ClientOutlet way)
      throws UpstreamException, InterruptedException {
    lifeless = false;
    return opener.open(
        new ClientOutlet() {
          @Override
          public void deliver(Envelope message) {
            way.deliver(message);
          }

          @Override
          public List<String> clients() {
            return way.clients();
          }

          @Override
          public void upstreamEnded() {
            lifeless = true;
            way.upstreamEnded();
          }
        });
  }

  /** Whether another client may come. Nobody begins with a process that is known to be dead. */
  boolean isUsable() {
    return !ended && !(lifeless && clients.isEmpty());
  }

  /** Adds a client; false when the session has ended. */
  boolean join(SharedConversation client) {
    clients.add(client);
    if (ended) {
      clients.remove(client);
      return false;
    }
    return true;
  }

  /**
   * The upstream's answer to initialize: a result, or an error after which this session is used no
   * more. All who ask offer the same.
   */
  Envelope handshake(Offer offer) throws UpstreamException, IOException, InterruptedException {
    handshake.lockInterruptibly();
    try {
      Envelope known = shaken;
      if (known != null) {
        return known;
      }
      if (ended) {
        UpstreamException why = failure;
        throw new UpstreamUnavailableException(
            why == null
                ? "upstream \"" + name + "\": the shared session has ended"
                : String.valueOf(why.getMessage()),
            why);
      }
      boolean agreed = false;
      try {
        Envelope answer = shakeHands(offer);
        agreed = answer.kind() == Envelope.Kind.RESULT;
        shaken = answer;
        return answer;
      } catch (UpstreamException e) {
        failure = e;
        throw e;
      } finally {
        ended = ended || !agreed;
      }
    } finally {
      handshake.unlock();
    }
  }

  private Envelope shakeHands(Offer offer)
      throws UpstreamException, IOException, InterruptedException {
    Envelope request = offer.initialize(ids.next(), upstream.hasStreams());
    Envelope answer = ask(request);
    if (answer == null) {
      throw new UpstreamUnavailableException(
          "upstream \"" + name + "\": did not answer initialize", null);
    }
    if (answer.kind() != Envelope.Kind.RESULT) {
      return answer;
    }
    upstream.send(Messages.notification("notifications/initialized", null));
    if (upstream.hasStreams()) {
      standing = new StandingStream(upstream, delivery::alone);
    }
    return Offer.seen(answer, upstream.hasStreams());
  }

  /** A request of the gateway's own; null when there is no answer. */
  private @Nullable Envelope ask(Envelope request)
      throws UpstreamException, IOException, InterruptedException {
    var call = new ResumingCall(upstream, new Nobody(), message -> null, () -> false);
    try (Answer answer = call.run(request)) {
      return answer instanceof Answer.Response response ? response.event().message() : null;
    }
  }

  private final class Way implements SharedSettings.Upstream {
    @Override
    public @Nullable Envelope ask(Envelope request)
        throws UpstreamException, IOException, InterruptedException {
      return SharedUpstreamSession.this.ask(request);
    }

    @Override
    public void takeBack(Envelope request)
        throws UpstreamException, IOException, InterruptedException {
      upstream.takeBack(request, new Nobody());
    }
  }

  /** One request of a client: waits for its turn, then for its answer. */
  Answer request(SharedConversation client, Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    RequestId id = Objects.requireNonNull(request.id());
    IdMap.Call<SharedConversation> call = ids.add(client, request);
    if (call == null) {
      throw duplicate(id);
    }
    FairTurns<SharedConversation>.Turn turn = turns.join(client);
    taken.put(call, turn);
    try {
      if (!clients.contains(client)) {
        throw new UpstreamSessionLostException("the session was ended", null);
      }
      if (call.isCancelled() || !turn.await()) {
        return new Answer.StreamEnded();
      }
      return pass(call, request, exchange);
    } catch (UpstreamSessionLostException e) {
      if (clients.contains(client)) {
        upstreamEnded();
      }
      throw e;
    } finally {
      ids.remove(call);
      taken.remove(call);
      turn.end();
    }
  }

  private Answer pass(
      IdMap.Call<SharedConversation> call, Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    return switch (String.valueOf(request.method())) {
      case "resources/subscribe" -> settings.subscribe(call, request);
      case "resources/unsubscribe" -> settings.unsubscribe(call, request);
      case "logging/setLevel" -> settings.setLevel(call, request);
      case String method when PASSED.contains(method) -> passOn(call, request, exchange);
      default ->
          SharedSettings.error(
              call,
              JsonRpcError.METHOD_NOT_FOUND,
              request.method() + " is not passed on where clients share a session");
    };
  }

  private Answer passOn(
      IdMap.Call<SharedConversation> call, Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    Answer answer =
        new ResumingCall(
                upstream, exchange, message -> delivery.withCall(call, message), call::isCancelled)
            .run(call.outward(request.withoutTask()));
    if (!(answer instanceof Answer.Response response)) {
      return answer;
    }
    Envelope message = Objects.requireNonNull(response.event().message());
    return new Answer.Response(
        ServerEvent.of(message.withId(call.id())), false, response.giveBack());
  }

  /** A notification of a client, or its answer to a question of the upstream. */
  void send(SharedConversation client, Envelope message)
      throws UpstreamException, InterruptedException {
    if (message.isResponse()) {
      AskTable.Ask<Conversation> ask = client.asks().take(message.id());
      if (ask != null) {
        upstream.send(message.withId(ask.id()));
      }
      return;
    }
    // The rest is for all who share, or was said by the gateway already.
    RequestId cancelled = message.cancelledId();
    IdMap.Call<SharedConversation> call =
        cancelled == null ? null : ids.ofClient(client, cancelled);
    if (call != null && message.is("notifications/cancelled")) {
      cancel(call, message.withCancelledId(call.upstreamId()));
    }
  }

  private void cancel(IdMap.Call<SharedConversation> call, Envelope message)
      throws UpstreamException, InterruptedException {
    call.cancel();
    FairTurns<SharedConversation>.Turn turn = taken.get(call);
    if (turn == null || !turn.giveUp()) {
      upstream.send(message);
    }
  }

  /** A client has gone: what is its own ends, and nothing else. Returns at once. */
  void leave(SharedConversation client) {
    if (!clients.remove(client)) {
      return;
    }
    for (IdMap.Call<SharedConversation> call : ids.of(client)) {
      String params =
          "{\"requestId\":" + call.upstreamId() + ",\"reason\":\"the client has left\"}";
      afterwards(() -> cancel(call, Messages.notification("notifications/cancelled", params)));
    }
    for (AskTable.Ask<Conversation> ask : client.asks().takeAll()) {
      Envelope nobody =
          Messages.error(ask.id(), JsonRpcError.INTERNAL_ERROR, "the client has left", null);
      afterwards(() -> upstream.send(nobody));
    }
    for (String uri : settings.topics().of(client)) {
      afterwards(() -> settings.unsubscribe(uri, client));
    }
    afterwards(() -> settings.forgetLevel(client));
  }

  private interface Parting {
    void say() throws UpstreamException, IOException, InterruptedException;
  }

  private void afterwards(Parting parting) {
    Thread.ofVirtual()
        .name("shared-leave")
        .start(
            () -> {
              try {
                parting.say();
              } catch (UpstreamException | IOException e) {
                // It has ended: so has all that was to be ended.
              } catch (InterruptedException e) {
                // Nobody has a reason to interrupt this thread.
              }
            });
  }

  @Override
  public void deliver(Envelope message) {
    delivery.alone(message);
  }

  @Override
  public int most() {
    return most;
  }

  /** Each client hears of its own subscriptions alone, and as its own log level says. */
  @Override
  public void lost(StateLost loss) {
    Envelope agreed = shaken;
    if (agreed == null) {
      return; // nobody has been answered yet
    }
    Set<String> kept = Set.copyOf(loss.subscribed());
    Map<SharedConversation, List<String>> gone = settings.topics().keepOnly(kept);
    for (SharedConversation client : clients) {
      List<String> still = settings.topics().of(client).stream().filter(kept::contains).toList();
      StateLost mine = loss.of(still, gone.getOrDefault(client, List.of()));
      client.lost(mine, agreed, settings.levels().wants(client, "warning"));
    }
  }

  @Override
  public List<String> clients() {
    return clients.stream().flatMap(client -> client.outlet().clients().stream()).toList();
  }

  /** It cannot go on: the state of all of them is gone. */
  @Override
  public void upstreamEnded() {
    ended = true;
    clients.forEach(client -> client.outlet().upstreamEnded());
  }

  @Override
  public void close() {
    ended = true;
    StandingStream stream = standing;
    if (stream != null) {
      stream.close();
    }
    upstream.close();
  }

  private static UpstreamRejectedException duplicate(RequestId id) {
    String text = "request id " + id + " is in use by a request in flight of this session";
    return new UpstreamRejectedException(
        text,
        400,
        Map.of("Content-Type", "application/json"),
        Messages.error(id, JsonRpcError.INVALID_REQUEST, text, null).toBytes());
  }

  /** Takes what comes before the answer to a request of the gateway's own. */
  private record Nobody() implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {
      // Nobody has asked.
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // There is none.
    }
  }
}
