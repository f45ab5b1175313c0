package dev.weir.pool.internal.time;

import java.util.TreeSet;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Calls back at a point in time, on one thread that lives while there is something to call.
 *
 * <p>What is called must be the pool's own, short, and must not block: everything else goes on to
 * the {@link Workers}. The lock guards the list of calls only; nothing is called and no thread is
 * made while it is held.
 */
public final class Alarm {
  private final Clock clock;
  private final ThreadFactory threads;
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeSet<Call> calls = new TreeSet<>();
  private long calledFor;
  private boolean running;
  private volatile @Nullable Thread thread;

  public Alarm(Clock clock, ThreadFactory threads) {
    this.clock = clock;
    this.threads = threads;
  }

  /** Runs {@code task} once {@code when} has come, unless it is cancelled before. */
  public Call at(long when, Runnable task) {
    Call call;
    boolean start;
    lock.lock();
    try {
      call = new Call(this, when, calledFor++, task);
      calls.add(call);
      start = !running;
      running = true;
    } finally {
      lock.unlock();
    }
    if (start) {
      startThread();
    } else {
      LockSupport.unpark(thread);
    }
    return call;
  }

  private void startThread() {
    boolean started = false;
    try {
      threads.newThread(this::run).start();
      started = true;
    } finally {
      if (!started) {
        lock.lock();
        running = false;
        lock.unlock();
      }
    }
  }

  private void run() {
    thread = Thread.currentThread();
    for (Call next = next(); next != null; next = next()) {
      if (!Deadline.passed(next.when, clock.nanos())) {
        // Whoever interrupts means something else; a set flag would turn the park into a spin.
        boolean ignored = Thread.interrupted();
        clock.park(this, next.when);
      } else if (next.cancel()) {
        run(next.task);
      }
    }
  }

  /** The earliest call; null when there is none left, and this thread ends. */
  private @Nullable Call next() {
    lock.lock();
    try {
      if (calls.isEmpty()) {
        running = false;
        return null;
      }
      return calls.first();
    } finally {
      lock.unlock();
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      // One failed call must not take the pool's time away.
      Workers.report(e);
    }
  }

  /** A call that was asked for. */
  public static final class Call implements Comparable<Call> {
    private final Alarm alarm;
    private final long when;
    private final long number;
    private final Runnable task;

    private Call(Alarm alarm, long when, long number, Runnable task) {
      this.alarm = alarm;
      this.when = when;
      this.number = number;
      this.task = task;
    }

    /** Takes the call back. False: it was made or taken back already. */
    public boolean cancel() {
      boolean removed;
      boolean wasLast;
      alarm.lock.lock();
      try {
        removed = alarm.calls.remove(this);
        wasLast = removed && alarm.calls.isEmpty();
      } finally {
        alarm.lock.unlock();
      }
      if (wasLast) {
        LockSupport.unpark(alarm.thread); // which has nothing more to wait for, and ends
      }
      return removed;
    }

    @Override
    public int compareTo(Call other) {
      int byTime = Long.signum(when - other.when);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(number);
    }
  }
}
