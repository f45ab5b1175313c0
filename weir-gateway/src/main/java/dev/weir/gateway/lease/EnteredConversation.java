package dev.weir.gateway.lease;

import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A conversation that stands in the ledger until it has ended. */
record EnteredConversation(Conversation open, Ledger.Entry entry) implements Conversation {
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
    try {
      open.close();
    } finally {
      entry.close();
    }
  }
}
