package dev.weir.mcp.internal.upstream;

import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The conversations that a connector has opened and that have not ended.
 *
 * <p>A conversation is added, then {@code closed} is looked at; closing sets {@code closed}, then
 * ends what is there. One of them sees the other, so none stays open behind a closed connector. A
 * conversation is added before it can end by itself, so that its end finds it here.
 */
final class OpenConversations {
  private final String upstream;
  private final Set<UpstreamTransport> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  OpenConversations(String upstream) {
    this.upstream = upstream;
  }

  void check() throws UpstreamUnavailableException {
    if (closed) {
      throw new UpstreamUnavailableException(
          "upstream \"" + upstream + "\": not opened, this side is being closed", null);
    }
  }

  void add(UpstreamTransport conversation) throws UpstreamUnavailableException {
    open.add(conversation);
    if (closed) {
      conversation.close();
      check();
    }
  }

  void remove(UpstreamTransport conversation) {
    open.remove(conversation);
  }

  int count() {
    return open.size();
  }

  /** Ends all of them at the same time, and returns when they have ended. */
  void close() {
    closed = true;
    List<Thread> closers = new ArrayList<>();
    for (UpstreamTransport conversation : open)
      closers.add(Thread.startVirtualThread(conversation::close));
    boolean interrupted = false;
    for (Thread closer : closers) {
      while (true) {
        try {
          closer.join();
          break;
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    }
    if (interrupted) Thread.currentThread().interrupt();
  }
}
