package dev.weir.pool.internal.wait;

import dev.weir.pool.internal.time.Clock;
import dev.weir.pool.internal.time.Deadline;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Threads that wait until the pool has reached some state, such as having no leases. Whoever may
 * have brought that about calls {@link #look}.
 */
public final class Gate {
  private final ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();

  /** Waits until {@code reached}, or the deadline. */
  public void await(BooleanSupplier reached, Clock clock, long deadline)
      throws InterruptedException {
    Thread self = Thread.currentThread();
    // Joined before the first look, so that a change after that look finds this thread here.
    threads.add(self);
    try {
      while (!reached.getAsBoolean() && !Deadline.passed(deadline, clock.nanos())) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        clock.park(this, deadline);
      }
    } finally {
      threads.remove(self);
    }
  }

  /** Has everybody look again. */
  public void look() {
    threads.forEach(LockSupport::unpark);
  }
}
