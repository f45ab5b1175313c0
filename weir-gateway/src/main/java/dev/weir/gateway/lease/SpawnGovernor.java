package dev.weir.gateway.lease;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Orders the starts of processes, over all upstreams: so many at a time, those that a client waits
 * for first, and in the order in which they came otherwise. Processes that start all at once take
 * as long, all of them, as they would one after the other; in turns, the first is there when it has
 * started.
 *
 * <p>Thread-safe. A start is under way until its {@link Turn} ends.
 */
public final class SpawnGovernor {
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Request> waiting = new ArrayList<>();
  private int free;

  /**
   * @param starts that may be under way at a time
   */
  public SpawnGovernor(int starts) {
    this.free = starts;
  }

  /** One start that is under way. */
  public final class Turn {
    private final AtomicBoolean ended = new AtomicBoolean();

    /** Whether the start is not over yet. */
    boolean isUnderWay() {
      return !ended.get();
    }

    /** The start is over, however it went. A second call does nothing. */
    public void end() {
      if (ended.compareAndSet(false, true)) {
        lock.lock();
        try {
          free++;
          grant();
        } finally {
          lock.unlock();
        }
      }
    }
  }

  private record Request(BooleanSupplier isWaitedFor, Condition turn, AtomicBoolean granted) {}

  /**
   * Waits for a turn.
   *
   * @param isWaitedFor whether a client waits for what is to be started; asked whenever a turn is
   *     given, and must not block
   */
  Turn begin(BooleanSupplier isWaitedFor) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      var request = new Request(isWaitedFor, lock.newCondition(), new AtomicBoolean());
      waiting.add(request);
      grant();
      try {
        while (!request.granted.get()) {
          request.turn.await();
        }
      } catch (InterruptedException e) {
        if (!waiting.remove(request)) {
          free++;
          grant();
        }
        throw e;
      }
      return new Turn();
    } finally {
      lock.unlock();
    }
  }

  private void grant() {
    while (free > 0 && !waiting.isEmpty()) {
      Request next =
          waiting.stream()
              .filter(request -> request.isWaitedFor.getAsBoolean())
              .findFirst()
              .orElse(waiting.getFirst());
      waiting.remove(next);
      free--;
      next.granted.set(true);
      next.turn.signal();
    }
  }

  /** Starts that wait for their turn. */
  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }
}
