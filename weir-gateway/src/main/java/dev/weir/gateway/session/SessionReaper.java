package dev.weir.gateway.session;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * Ends sessions whose time is up, above all those whose clients have gone without a word. Has one
 * virtual thread, from construction to {@link #close}.
 */
public final class SessionReaper implements AutoCloseable {
  private static final Duration SLOWEST_ROUND = Duration.ofSeconds(5);
  private static final Duration FASTEST_ROUND = Duration.ofMillis(50);

  private final Thread thread;

  /**
   * How long sessions last.
   *
   * @param idle how long a client may do nothing
   * @param most how long a session may last in all
   */
  public record Lifetimes(Duration idle, Duration most) {}

  /**
   * @param lifetimes asked in each round
   */
  public SessionReaper(SessionRegistry registry, Supplier<Lifetimes> lifetimes) {
    thread =
        Thread.ofVirtual()
            .name("session-reaper")
            .start(
                () -> {
                  while (!Thread.currentThread().isInterrupted()) {
                    try {
                      // A client that has gone does not say so: time has to tell.
                      Thread.sleep(clamp(lifetimes.get().idle().dividedBy(10)));
                      registry.endExpired(lifetimes.get());
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
