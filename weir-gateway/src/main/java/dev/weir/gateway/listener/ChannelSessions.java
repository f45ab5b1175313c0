package dev.weir.gateway.listener;

import dev.weir.gateway.journal.Journal;
import dev.weir.gateway.modern.ModernService;
import dev.weir.gateway.session.SessionRegistry;
import dev.weir.mcp.ClientChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The clients whose wire carries everything in one stream: what they have ends when their channel
 * does. Thread-safe.
 */
public final class ChannelSessions implements AutoCloseable {
  private final SessionRegistry registry;
  private final ModernCalls modern;
  private final Journal journal;
  private final Map<ClientChannel, ChannelSession> open = new ConcurrentHashMap<>();
  private volatile boolean draining;
  private volatile boolean closed;

  /**
   * @param modern answers the requests that have no session
   * @param guard says who may ask for what
   * @param journal where requests are written down
   */
  public ChannelSessions(
      SessionRegistry registry, ModernService modern, Guard guard, Journal journal) {
    this.registry = registry;
    this.journal = journal;
    this.modern = new ModernCalls(modern, guard);
  }

  /**
   * Serves one client on the caller's thread, until it has left. Closes the channel.
   *
   * @param patience how long the client may go without having begun; zero: for ever
   */
  public void serve(ClientChannel channel, Entrance entrance, Duration patience)
      throws InterruptedException {
    var session = new ChannelSession(registry, modern, journal, entrance, channel, () -> draining);
    open.put(channel, session);
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

  /** Requests whose answers have not been written. */
  public int inFlight() {
    return open.values().stream().mapToInt(ChannelSession::inFlight).sum();
  }

  /** Closes every channel. */
  @Override
  public void close() {
    draining = true;
    closed = true;
    open.keySet().forEach(ClientChannel::close);
  }
}
