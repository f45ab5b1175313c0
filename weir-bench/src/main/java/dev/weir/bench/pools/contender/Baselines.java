package dev.weir.bench.pools.contender;

import java.util.ArrayDeque;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What one would write in five minutes, and nothing at all: marks to read the others by. */
final class Baselines {
  private Baselines() {}

  /** Objects in the JDK's bounded queue. */
  static final class Queue implements RacingPool {
    private final ArrayBlockingQueue<Object> free;
    private final long timeoutNanos;

    Queue(Setup setup) {
      free = new ArrayBlockingQueue<>(setup.size());
      timeoutNanos = setup.acquireTimeout().toNanos();
      for (int i = 0; i < setup.size(); i++) {
        free.add(new Object());
      }
    }

    @Override
    public Object acquire() throws Exception {
      Object taken = free.poll(timeoutNanos, TimeUnit.NANOSECONDS);
      if (taken == null) {
        throw new TimeoutException();
      }
      return taken;
    }

    @Override
    public void release(Object held) {
      free.add(held);
    }

    @Override
    public void close() {}
  }

  /** A stack behind a lock, and a condition to wait on. */
  static final class LockedStack implements RacingPool {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private final ArrayDeque<Object> free = new ArrayDeque<>();
    private final long timeoutNanos;

    LockedStack(Setup setup) {
      timeoutNanos = setup.acquireTimeout().toNanos();
      for (int i = 0; i < setup.size(); i++) {
        free.add(new Object());
      }
    }

    @Override
    public Object acquire() throws Exception {
      lock.lock();
      try {
        long left = timeoutNanos;
        for (Object taken = free.poll(); ; taken = free.poll()) {
          if (taken != null) {
            return taken;
          }
          if (left <= 0) {
            throw new TimeoutException();
          }
          left = freed.awaitNanos(left);
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void release(Object held) {
      lock.lock();
      try {
        free.push(held);
        freed.signal();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {}
  }

  /** No pool: one object for everybody. What remains is the harness. */
  static final class Nothing implements RacingPool {
    private final Object only = new Object();

    @Override
    public Object acquire() {
      return only;
    }

    @Override
    public void release(Object held) {}

    @Override
    public void close() {}
  }
}
