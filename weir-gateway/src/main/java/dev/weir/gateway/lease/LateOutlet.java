package dev.weir.gateway.lease;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.mcp.Envelope;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The way to a client that is not known yet. Keeps what the server says until then, the last of it.
 *
 * <p>Thread-safe; guarded by its own lock. Both sides return at once, so they may be called under
 * it: a message is delivered in the order in which it came.
 */
final class LateOutlet implements ClientOutlet {
  private static final int KEPT = 64;

  private final Runnable whenEndedBefore;
  private final Queue<Envelope> kept = new ArrayDeque<>();
  private @Nullable ClientOutlet client;
  private boolean ended;

  /**
   * @param whenEndedBefore runs when the server's side ends and no client has come
   */
  LateOutlet(Runnable whenEndedBefore) {
    this.whenEndedBefore = whenEndedBefore;
  }

  @Override
  public synchronized void deliver(Envelope message) {
    if (client != null) {
      client.deliver(message);
      return;
    }
    if (kept.size() == KEPT) {
      kept.remove();
    }
    kept.add(message);
  }

  @Override
  public synchronized void upstreamEnded() {
    ended = true;
    if (client != null) {
      client.upstreamEnded();
    } else {
      whenEndedBefore.run();
    }
  }

  @Override
  public synchronized List<String> clients() {
    return client == null ? List.of() : client.clients();
  }

  /** Whether the server's side has ended. */
  synchronized boolean hasEnded() {
    return ended;
  }

  /** From now on everything goes to this client, and first what was kept. */
  synchronized void lead(ClientOutlet to) {
    client = to;
    kept.forEach(to::deliver);
    kept.clear();
    if (ended) {
      to.upstreamEnded();
    }
  }
}
