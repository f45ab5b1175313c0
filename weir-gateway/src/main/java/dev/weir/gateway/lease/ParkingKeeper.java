package dev.weir.gateway.lease;

import dev.weir.gateway.lease.recovery.RecoveringConversation;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks at the conversations of one upstream whose sessions may be parked, a tenth of the idle time
 * apart, and parks those that are idle. Has one virtual thread, from construction to {@link
 * #close}; none when nothing may be parked. Thread-safe.
 *
 * <p>A conversation that has ended is forgotten at the next look; until then it holds nothing but
 * itself.
 */
public final class ParkingKeeper implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ParkingKeeper.class.getName());
  private static final Duration SLOWEST_ROUND = Duration.ofSeconds(5);
  private static final Duration FASTEST_ROUND = Duration.ofMillis(50);

  private final Duration after;
  private final Set<RecoveringConversation> watched = ConcurrentHashMap.newKeySet();
  private final Thread thread;

  /**
   * @param after how long clients may do nothing before their sessions are parked; zero: for ever
   */
  public ParkingKeeper(Duration after) {
    this.after = after;
    thread = Thread.ofVirtual().name("parking-keeper").unstarted(this::run);
    if (after.isPositive()) {
      thread.start();
    }
  }

  private static Duration round(Duration after) {
    Duration tenth = after.dividedBy(10);
    if (tenth.compareTo(SLOWEST_ROUND) > 0) {
      return SLOWEST_ROUND;
    }
    return tenth.compareTo(FASTEST_ROUND) < 0 ? FASTEST_ROUND : tenth;
  }

  private void run() {
    Duration round = round(after);
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

  /** How long clients may do nothing; zero: their sessions are never parked. */
  Duration after() {
    return after;
  }

  /** Parks it whenever it is idle, until it is over. */
  void watch(RecoveringConversation conversation) {
    if (after.isPositive()) {
      watched.add(conversation);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
