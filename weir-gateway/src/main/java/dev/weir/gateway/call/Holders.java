package dev.weir.gateway.call;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who still needs something that is to end when nobody does: its owner, from construction
 * on, and everybody who came while somebody was there.
 *
 * <p>States: held → ended, once and for good. Thread-safe, without a lock: the count goes up only
 * from above zero, by compare-and-set, so that who finds zero comes too late, and exactly one
 * release takes it to zero. That one runs the end, on its own thread; whatever any holder did
 * before it released happens-before that.
 */
public final class Holders {
  private final AtomicInteger count = new AtomicInteger(1);
  private final Runnable end;

  /**
   * @param end run once, by whoever releases last
   */
  public Holders(Runnable end) {
    this.end = end;
  }

  /** Holds it, until {@link #release}; false when it has ended. */
  public boolean tryHold() {
    int seen = count.get();
    while (seen > 0 && !count.compareAndSet(seen, seen + 1)) {
      seen = count.get();
    }
    return seen > 0;
  }

  /** Gives up one hold: once for the owner, and once for each {@link #tryHold} that was true. */
  public void release() {
    if (count.decrementAndGet() == 0) {
      end.run();
    }
  }
}
