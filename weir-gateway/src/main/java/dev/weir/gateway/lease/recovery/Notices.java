package dev.weir.gateway.lease.recovery;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the standing stream of a client whose streams are the upstream's own. Thread-safe;
 * keeps the last {@link #MOST}.
 */
final class Notices {
  static final int MOST = 256;

  private final Queue<Envelope> waiting = new ArrayDeque<>();

  synchronized void add(Envelope message) {
    if (waiting.size() == MOST) {
      waiting.remove();
    }
    waiting.add(message);
  }

  private synchronized @Nullable Envelope next() {
    return waiting.poll();
  }

  /** Passes on what waits, without ids: the upstream cannot give it again. */
  void passTo(UpstreamTransport.StreamSink client) throws IOException {
    for (Envelope message = next(); message != null; message = next()) {
      client.event(ServerEvent.of(message));
    }
  }
}
