package dev.weir.gateway.listener;

import dev.weir.gateway.call.Identity;
import dev.weir.gateway.session.SessionRegistry;
import dev.weir.mcp.ClientChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The clients whose wire carries everything in one stream: each has a session as long as its
 * channel is open. Thread-safe.
 */
public final class ChannelSessions implements AutoCloseable {
  private final SessionRegistry registry;
  private final Set<ClientChannel> open = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;
  private volatile boolean closed;

  public ChannelSessions(SessionRegistry registry) {
    this.registry = registry;
  }

  /** Serves one client on the caller's thread, until it has left. Closes the channel. */
  public void serve(ClientChannel channel, String path, Identity identity)
      throws InterruptedException {
    open.add(channel);
    try {
      if (!closed) {
        new ChannelSession(registry, path, identity, channel, () -> draining).run();
      }
    } finally {
      open.remove(channel);
      channel.close();
    }
  }

  /** Whether no new client is served any more. */
  boolean isDraining() {
    return draining;
  }

  /** From now on only what running calls need is let through. */
  public void drain() {
    draining = true;
  }

  /** Closes every channel. */
  @Override
  public void close() {
    draining = true;
    closed = true;
    open.forEach(ClientChannel::close);
  }
}
