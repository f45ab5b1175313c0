package dev.weir.pool.internal.open;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Decides which failure of a connection casts doubt on all others; see {@link Endpoint}. */
final class Suspicion {
  private final long period;
  private final AtomicReference<@Nullable Raised> last = new AtomicReference<>();

  /** When suspicion was raised; {@code over}: what raised it has ended since. */
  private record Raised(long at, boolean over) {}

  /**
   * @param period in nanoseconds; how long after a suspicion none is raised, unless it is over
   */
  Suspicion(long period) {
    this.period = period;
  }

  /** See {@link Endpoint#suspect}. */
  boolean raise(long soundAt, long now) {
    Raised seen = last.get();
    if (seen != null && (soundAt - seen.at <= 0 || (!seen.over && now - seen.at < period))) {
      return false;
    }
    // A loser saw the same news as the winner, at the same moment.
    return last.compareAndSet(seen, new Raised(now, false));
  }

  /** What raised the last suspicion is over: a later failure is a new story. */
  void over() {
    Raised seen = last.get();
    if (seen != null && !seen.over) {
      // Who raised another meanwhile knows better.
      last.compareAndSet(seen, new Raised(seen.at, true));
    }
  }
}
