package dev.weir.gateway.lease;

import dev.weir.gateway.lease.recovery.RecoveringConversation;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks at the conversations of all upstreams whose sessions may be parked, a tenth of the shortest
 * idle time apart, and parks those that are idle. Has one virtual thread, from construction to
 * {@link #close}; none when nothing may be parked. Thread-safe.
 *
 * <p>A conversation that has ended is forgotten at the next look; until then it holds nothing but
 * itself.
 */
public final class ParkingKeeper implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ParkingKeeper.class.getName());
  private static final Duration SLOWEST_ROUND = Duration.ofSeconds(5);
  private static final Duration FASTEST_ROUND = Duration.ofMillis(50);

  private final Map<String, Duration> after;
  private final Set<RecoveringConversation> watched = ConcurrentHashMap.newKeySet();
  private final Thread thread;

  /**
   * @param after how long clients of an upstream may do nothing before their sessions are parked;
   *     only of those whose sessions may be
   */
  public ParkingKeeper(Map<String, Duration> after) {
    this.after = Map.copyOf(after);
    thread = Thread.ofVirtual().name("parking-keeper").unstarted(this::run);
    if (!after.isEmpty()) {
      thread.start();
    }
  }

  private static Duration round(Duration shortest) {
    Duration tenth = shortest.dividedBy(10);
    if (tenth.compareTo(SLOWEST_ROUND) > 0) {
      return SLOWEST_ROUND;
    }
    return tenth.compareTo(FASTEST_ROUND) < 0 ? FASTEST_ROUND : tenth;
  }

  private void run() {
    Duration round = round(after.values().stream().min(Duration::compareTo).orElseThrow());
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(round);
        look();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void look() {
    watched.removeIf(RecoveringConversation::isOver);
    for (RecoveringConversation conversation : watched) {
      try {
        conversation.parkIfIdle();
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "a session could not be parked", e);
      }
    }
  }

  /** How long clients of this upstream may do nothing; zero: its sessions are never parked. */
  Duration after(String upstream) {
    return after.getOrDefault(upstream, Duration.ZERO);
  }

  /** Parks it whenever it is idle, until it is over. */
  void watch(String upstream, RecoveringConversation conversation) {
    if (after.containsKey(upstream)) {
      watched.add(conversation);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
