package dev.weir.gateway.lease;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.upstream.UpstreamSession;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A conversation that gets its upstream session with the first message, which decides which one
 * fits. If that message was said and answered before the client came, the client gets that answer.
 *
 * <p>States: waiting → taken → closed, or waiting → closed. Guarded by one lock, held while a
 * session is waited for: what comes meanwhile belongs behind the first message.
 */
final class LateConversation implements Conversation {
  private final Standby standby;
  private final ClientOutlet client;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable StandbySession taken;
  private volatile boolean closed;

  LateConversation(Standby standby, ClientOutlet client) {
    this.standby = standby;
    this.client = client;
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    try {
      StandbySession mine = taken;
      return mine == null
          ? first(take(request), request, exchange)
          : mine.session().request(request, exchange);
    } catch (UpstreamSessionLostException e) {
      throw noted(e);
    }
  }

  private static Answer first(StandbySession mine, Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    if (!request.is("initialize")) {
      return mine.session().request(request, exchange);
    }
    Envelope known = mine.answer();
    if (known == null) {
      return mine.initialize(request, exchange);
    }
    RequestId id = Objects.requireNonNull(request.id());
    return new Answer.Response(ServerEvent.of(known.withId(id)), false, () -> {});
  }

  private UpstreamSessionLostException noted(UpstreamSessionLostException lost) {
    if (!closed) {
      standby.foundLost();
    }
    return lost;
  }

  private StandbySession take(Envelope first) throws UpstreamException, InterruptedException {
    lock.lockInterruptibly();
    try {
      StandbySession mine = taken;
      if (mine == null) {
        mine = standby.take(first);
        taken = mine;
        mine.serve(client);
      }
      if (closed) {
        mine.close();
        throw new UpstreamSessionLostException("the session was ended", null);
      }
      return mine;
    } finally {
      lock.unlock();
    }
  }

  private UpstreamSession session() throws UpstreamSessionLostException {
    StandbySession mine = taken;
    if (mine == null) {
      throw new UpstreamSessionLostException("the session has not been initialized", null);
    }
    return mine.session();
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    UpstreamSession mine = session();
    try {
      mine.send(message);
    } catch (UpstreamSessionLostException e) {
      throw noted(e);
    }
  }

  /** Whether the wire ties it to a session, as far as is known yet. */
  boolean isInSession() {
    StandbySession mine = taken;
    return mine != null && mine.session().isInSession();
  }

  @Override
  public boolean hasStreams() {
    StandbySession mine = taken;
    return mine != null && mine.session().hasStreams();
  }

  @Override
  public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink sink)
      throws UpstreamException, IOException, InterruptedException {
    UpstreamSession mine = session();
    try {
      mine.listen(lastEventId, sink);
    } catch (UpstreamSessionLostException e) {
      throw noted(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    StandbySession mine = taken;
    if (mine != null) {
      mine.close();
    }
  }
}
