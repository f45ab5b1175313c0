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
 * A conversation that gets its process with the first message, which decides which one fits. If
 * that message was said and answered before the client came, the client gets that answer.
 *
 * <p>States: waiting → taken → closed, or waiting → closed. Guarded by one lock, held while a
 * process is waited for: what comes meanwhile belongs behind the first message.
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
    StandbySession mine = taken;
    if (mine != null) {
      return mine.session().request(request, exchange);
    }
    mine = take(request);
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
    session().send(message);
  }

  @Override
  public boolean hasStreams() {
    StandbySession mine = taken;
    return mine != null && mine.session().hasStreams();
  }

  @Override
  public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink sink)
      throws UpstreamException, IOException, InterruptedException {
    session().listen(lastEventId, sink);
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
