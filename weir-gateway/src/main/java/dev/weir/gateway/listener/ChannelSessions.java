package dev.weir.gateway.listener;

import dev.weir.gateway.call.Identity;
import dev.weir.gateway.session.SessionRegistry;
import dev.weir.mcp.ClientChannel;
import java.time.Duration;
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

  /**
   * Serves one client on the caller's thread, until it has left. Closes the channel.
   *
   * @param patience how long the client may go without a session; zero: for ever
   */
  public void serve(ClientChannel channel, String path, Identity identity, Duration patience)
      throws InterruptedException {
    open.add(channel);
    var session = new ChannelSession(registry, path, identity, channel, () -> draining);
    Thread watch =
        Thread.ofVirtual()
            .name("unused-channel")
            .unstarted(() -> watch(session, channel, patience));
    try {
      if (patience.isPositive()) {
        watch.start();
      }
      if (!closed) {
        session.run();
      }
    } finally {
      watch.interrupt();
      open.remove(channel);
      channel.close();
    }
  }

  /** Whether no new client is served any more. */
  boolean isDraining() {
    return draining;
  }

  /** Closes the channel of a client that does not begin, or whose handshake was refused. */
  private static void watch(ChannelSession session, ClientChannel channel, Duration patience) {
    try {
      while (!session.isOpen()) {
        Thread.sleep(patience);
        if (session.isUnused()) {
          channel.close();
        }
      }
    } catch (InterruptedException e) {
      // The client has left.
    }
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
