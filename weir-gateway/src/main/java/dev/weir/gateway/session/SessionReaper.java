package dev.weir.gateway.session;

import java.time.Duration;

/**
 * Ends sessions whose clients have gone without a word. Has one virtual thread, from construction
 * to {@link #close}.
 */
public final class SessionReaper implements AutoCloseable {
  private static final Duration SLOWEST_ROUND = Duration.ofSeconds(5);
  private static final Duration FASTEST_ROUND = Duration.ofMillis(50);

  private final Thread thread;

  /**
   * @param idleTimeout how long a client may do nothing
   * @param maxLifetime how long a session may last in all
   */
  public SessionReaper(SessionRegistry registry, Duration idleTimeout, Duration maxLifetime) {
    Duration round = clamp(idleTimeout.dividedBy(10));
    thread =
        Thread.ofVirtual()
            .name("session-reaper")
            .start(
                () -> {
                  while (!Thread.currentThread().isInterrupted()) {
                    try {
                      Thread.sleep(round);
                      registry.endExpired(idleTimeout, maxLifetime);
                    } catch (InterruptedException e) {
                      return;
                    }
                  }
                });
  }

  private static Duration clamp(Duration round) {
    if (round.compareTo(SLOWEST_ROUND) > 0) {
      return SLOWEST_ROUND;
    }
    return round.compareTo(FASTEST_ROUND) < 0 ? FASTEST_ROUND : round;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
