package dev.weir.gateway.lease;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.lease.recovery.StateLost;
import dev.weir.gateway.lease.recovery.Telling;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.pool.Lease;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One client's side of a shared upstream session. Its initialize decides which one that is, so it
 * gets its place on one then. Compared by identity.
 *
 * <p>States: waiting → placed → closed, or waiting → closed. Who places sets the place and then
 * looks at {@code closed}; who closes sets that and then looks for a place; whichever takes the
 * place out gives it back, once.
 */
final class SharedConversation implements Conversation {
  /** A session may end between the moment that it is leased and the moment that it is joined. */
  private static final int TRIES = 3;

  private final SharedSessions sessions;
  private final String principal;
  private final ClientOutlet outlet;
  private final AskTable<Conversation> asks = new AskTable<>();
  private final Telling telling = new Telling();
  private final AtomicReference<@Nullable Place> place = new AtomicReference<>();
  private volatile boolean closed;

  private record Place(SharedUpstreamSession session, Lease<SharedUpstreamSession> lease) {}

  SharedConversation(SharedSessions sessions, String principal, ClientOutlet outlet) {
    this.sessions = sessions;
    this.principal = principal;
    this.outlet = outlet;
  }

  /** The way to this client and to no other. */
  ClientOutlet outlet() {
    return outlet;
  }

  /** What this client was asked, under ids that lead nowhere for another. */
  AskTable<Conversation> asks() {
    return asks;
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    return request.is("initialize")
        ? initialize(request)
        : telling.with(session().request(this, request, exchange));
  }

  /** Its server's state is gone; see {@link Telling#tell}. */
  void lost(StateLost loss, Envelope agreed, boolean hearsWarnings) {
    telling.tell(loss, agreed, hearsWarnings, outlet::deliver);
  }

  private Answer initialize(Envelope request)
      throws UpstreamException, IOException, InterruptedException {
    RequestId id = Objects.requireNonNull(request.id());
    Offer offer = Offer.of(request);
    if (offer == null || place.get() != null) {
      String why = offer == null ? "params.protocolVersion is missing" : "initialized already";
      return response(Messages.error(id, JsonRpcError.INVALID_PARAMS, why, null));
    }
    var key = new SessionKey(principal, offer.version(), offer.fingerprint());
    for (int attempt = 0; attempt < TRIES; attempt++) {
      Lease<SharedUpstreamSession> lease = sessions.lease(key);
      SharedUpstreamSession session = lease.connection();
      if (session.join(this)) {
        return response(settle(new Place(session, lease), offer).withId(id));
      }
      lease.close();
    }
    throw new UpstreamUnavailableException(
        "upstream \"" + sessions.upstream() + "\": its shared sessions end as they begin", null);
  }

  private Envelope settle(Place mine, Offer offer)
      throws UpstreamException, IOException, InterruptedException {
    boolean settled = false;
    try {
      Envelope answer = mine.session().handshake(offer);
      if (answer.kind() == Envelope.Kind.RESULT) {
        place.set(mine);
        settled = true;
      }
      if (closed) {
        giveBack();
        throw new UpstreamSessionLostException("the session was ended", null);
      }
      return answer;
    } finally {
      if (!settled) {
        leave(mine);
      }
    }
  }

  private SharedUpstreamSession session() throws UpstreamSessionLostException {
    Place mine = place.get();
    if (mine == null) {
      throw new UpstreamSessionLostException("the session has not been initialized", null);
    }
    return mine.session();
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    session().send(this, message);
  }

  /** Streams and event ids of one upstream session cannot be those of several clients. */
  @Override
  public boolean hasStreams() {
    return false;
  }

  @Override
  public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink sink) {
    throw new UnsupportedOperationException("the client session keeps streams of its own");
  }

  @Override
  public void close() {
    closed = true;
    giveBack();
  }

  private void giveBack() {
    Place mine = place.getAndSet(null);
    if (mine != null) {
      leave(mine);
    }
  }

  private void leave(Place mine) {
    mine.session().leave(this);
    mine.lease().close();
  }

  private static Answer response(Envelope message) {
    return new Answer.Response(ServerEvent.of(message), false, () -> {});
  }
}
