package dev.weir.gateway.lease;

import dev.weir.gateway.call.Conversation;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A conversation that keeps something from ending until it has ended itself. Thread-safe. */
final class LeasedConversation implements Conversation {
  private final Conversation open;
  private final Runnable release;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param release run once, when the conversation has ended
   */
  LeasedConversation(Conversation open, Runnable release) {
    this.open = open;
    this.release = release;
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    return open.request(request, exchange);
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    open.send(message);
  }

  @Override
  public boolean hasStreams() {
    return open.hasStreams();
  }

  @Override
  public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink sink)
      throws UpstreamException, IOException, InterruptedException {
    open.listen(lastEventId, sink);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        open.close();
      } finally {
        release.run();
      }
    }
  }
}
