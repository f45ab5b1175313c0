package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The standing stream of a bridged conversation: what waits for it, and the client that reads it.
 *
 * <p>All that comes here says that something has changed, so of the same news only the last waits:
 * the number of lists and of the client's subscriptions bounds it. A client that comes late is told
 * all the same.
 *
 * <p>Thread-safe; guarded by its own lock, which is not held while a client is written to.
 */
final class Standing implements AutoCloseable {
  private final Map<String, Envelope> waiting = new LinkedHashMap<>();
  private boolean listening;
  private boolean closed;

  synchronized void tell(Envelope news) {
    waiting.put(news.method() + " " + news.uri(), news);
    notifyAll();
  }

  /** One client at a time, until it leaves or the conversation ends. */
  void listen(UpstreamTransport.StreamSink sink)
      throws UpstreamRejectedException, IOException, InterruptedException {
    synchronized (this) {
      if (listening) {
        throw new UpstreamRejectedException(
            "the session's standing stream is open already", 409, Map.of(), new byte[0]);
      }
      listening = true;
    }
    try {
      var reader = new Reader();
      sink.whenClientLeaves(reader::leave);
      sink.opened();
      for (List<Envelope> news = reader.take(); !news.isEmpty(); news = reader.take()) {
        for (Envelope one : news) {
          sink.event(ServerEvent.of(one));
        }
      }
    } finally {
      synchronized (this) {
        listening = false;
      }
    }
  }

  private final class Reader {
    private boolean left;

    void leave() {
      synchronized (Standing.this) {
        left = true;
        Standing.this.notifyAll();
      }
    }

    /** What waits, once something does; nothing when this is over. */
    List<Envelope> take() throws InterruptedException {
      synchronized (Standing.this) {
        while (waiting.isEmpty() && !left && !closed) {
          Standing.this.wait();
        }
        if (left || closed) {
          return List.of();
        }
        List<Envelope> news = new ArrayList<>(waiting.values());
        waiting.clear();
        return news;
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
