package dev.weir.gateway.lease.recovery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * How often one conversation may be recovered: so many times within so long, so that a server that
 * dies again and again is not started again and again. Not thread-safe; its user has a lock.
 */
final class RecoveryBudget {
  private final int most;
  private final Duration within;
  private final LongSupplier nanoTime;
  private final Deque<Long> taken = new ArrayDeque<>();

  RecoveryBudget(int most, Duration within, LongSupplier nanoTime) {
    this.most = most;
    this.within = within;
    this.nanoTime = nanoTime;
  }

  /** Takes one; false when there is none. */
  boolean take() {
    long now = nanoTime.getAsLong();
    while (!taken.isEmpty() && now - taken.getFirst() >= within.toNanos()) {
      taken.removeFirst();
    }
    if (taken.size() >= most) {
      return false;
    }
    taken.addLast(now);
    return true;
  }

  /** The one that was taken last was not used. */
  void giveBack() {
    taken.removeLast();
  }

  @Override
  public String toString() {
    return most + " times within " + within.toSeconds() + " s";
  }
}
