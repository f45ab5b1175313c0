package dev.weir.mcp.internal.upstream;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Ends conversations whose upstream has been silent for too long while a call waits for its answer:
 * the other side may have vanished without a word. TCP notices that by itself only while nothing
 * that was sent is unacknowledged.
 *
 * <p>A call enters before it is written and leaves when it has ended. One thread looks at all calls
 * of a connector, four times within the limit, so a silence may last a quarter longer. It ends with
 * the connector.
 */
final class SilenceWatch implements AutoCloseable {
  /** A call that waits. Compared by identity. */
  static final class Call {
    private final SocketUpstream conversation;
    private final long since = System.nanoTime();

    Call(SocketUpstream conversation) {
      this.conversation = conversation;
    }
  }

  private final long limit;
  private final Set<Call> waiting = ConcurrentHashMap.newKeySet();
  private final Thread thread;

  /**
   * @param limit zero: never
   */
  SilenceWatch(String upstream, Duration limit) {
    this.limit = limit.toNanos();
    this.thread = Thread.ofVirtual().name(upstream + "-silence").unstarted(this::watch);
    if (limit.isPositive()) thread.start();
  }

  Call enter(SocketUpstream conversation) {
    Call call = new Call(conversation);
    waiting.add(call);
    return call;
  }

  void leave(Call call) {
    waiting.remove(call);
  }

  private void watch() {
    try {
      while (true) {
        TimeUnit.NANOSECONDS.sleep(limit / 4 + 1);
        long now = System.nanoTime();
        for (Call call : waiting) {
          long silence = Math.min(now - call.since, now - call.conversation.lastHeard());
          if (silence > limit) call.conversation.endAsSilent();
        }
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
