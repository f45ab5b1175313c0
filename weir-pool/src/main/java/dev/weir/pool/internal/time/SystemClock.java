package dev.weir.pool.internal.time;

import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/** The clock of the machine. */
final class SystemClock implements Clock {
  static final SystemClock INSTANCE = new SystemClock();

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public long coarseNanos() {
    return CoarseClock.nanos();
  }

  @Override
  public void park(Object blocker, long deadline) {
    LockSupport.parkNanos(blocker, deadline - System.nanoTime());
  }

  @Override
  public Instant instantOf(long nanos) {
    // Reckoned from now each time, so that a corrected wall clock corrects the dates too.
    return Instant.now().plusNanos(nanos - System.nanoTime());
  }
}
