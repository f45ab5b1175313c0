package dev.weir.redis.internal;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * When the next try to connect may begin: at once while all goes well, and after the n-th failure
 * in a row n times {@code step} later, {@code longest} at most.
 *
 * <p>Several places of a pool are opened at a time, and all of them fail when the server is gone.
 * That is one piece of news: a failure counts only if its try began after the last one that
 * counted, which the number of the round tells. A success lets everybody go on who waits.
 */
final class ReconnectPace {
  private final long step;
  private final long longest;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int failures; // guarded by lock, as is the next
  private long notBefore;

  ReconnectPace(Duration step, Duration longest) {
    this.step = step.toNanos();
    this.longest = longest.toNanos();
  }

  /** The pause in nanoseconds after so many failures. */
  long pause(int failures) {
    return failures > longest / step ? longest : failures * step;
  }

  /** Waits until a try may begin, and returns its round. */
  int await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (failures > 0) {
        long left = notBefore - System.nanoTime();
        if (left <= 0) {
          break;
        }
        long unused = changed.awaitNanos(left);
      }
      return failures;
    } finally {
      lock.unlock();
    }
  }

  void failed(int round) {
    lock.lock();
    try {
      if (round == failures) {
        failures++;
        notBefore = System.nanoTime() + pause(failures);
      }
    } finally {
      lock.unlock();
    }
  }

  void succeeded() {
    lock.lock();
    try {
      failures = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
