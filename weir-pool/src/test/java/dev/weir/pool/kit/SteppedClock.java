package dev.weir.pool.kit;

import dev.weir.pool.internal.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The time of the threads of a {@link SteppedExecutor}. Stands still until told to go on, and then
 * wakes those whose deadline has come, and nobody else: who was forgotten stays asleep. To read it
 * is a moment at which another thread may go first.
 */
public final class SteppedClock implements Clock {
  // Begins near the overflow of a long, which a real clock may reach too.
  private static final long ORIGIN = Long.MAX_VALUE - 1_000_000;
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final SteppedExecutor threads;
  private final List<Sleeper> sleepers = new ArrayList<>();
  private long now = ORIGIN;

  private record Sleeper(Thread thread, long deadline) {}

  public SteppedClock(SteppedExecutor threads) {
    this.threads = threads;
  }

  @Override
  public long nanos() {
    threads.pause();
    return now;
  }

  @Override
  public long coarseNanos() {
    return nanos();
  }

  @Override
  public void park(Object blocker, long deadline) {
    if (deadline - now <= 0) {
      return;
    }
    Sleeper self = new Sleeper(Thread.currentThread(), deadline);
    sleepers.add(self);
    try {
      LockSupport.park(blocker);
    } finally {
      sleepers.removeIf(sleeper -> sleeper == self);
    }
  }

  /** Sleeps for so long, or until interrupted. */
  public void sleep(Duration span) throws InterruptedException {
    long end = now + span.toNanos();
    while (end - now > 0) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      park(this, end);
    }
  }

  /** Sleeps for so long, whatever happens. An interrupt meanwhile is kept for later. */
  public void sleepThrough(Duration span) {
    long end = now + span.toNanos();
    boolean interrupted = false;
    while (end - now > 0) {
      interrupted |= Thread.interrupted();
      park(this, end);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Time since the beginning. */
  public Duration elapsed() {
    return Duration.ofNanos(now - ORIGIN);
  }

  /** The moment it is, without letting anybody go first. */
  public long now() {
    return now;
  }

  /** Goes on by so much. */
  public void advance(Duration span) {
    now += span.toNanos();
    wakeDue();
  }

  /** Goes on to the next deadline of anybody. False: nobody has one. */
  public boolean advanceToNext() {
    if (sleepers.isEmpty()) {
      return false;
    }
    long next = sleepers.get(0).deadline;
    for (Sleeper sleeper : sleepers) {
      next = sleeper.deadline - next < 0 ? sleeper.deadline : next;
    }
    now = next - now > 0 ? next : now;
    wakeDue();
    return true;
  }

  private void wakeDue() {
    for (Sleeper sleeper : List.copyOf(sleepers)) {
      if (sleeper.deadline - now <= 0) {
        LockSupport.unpark(sleeper.thread);
      }
    }
  }

  @Override
  public Instant instantOf(long nanos) {
    return START.plusNanos(nanos - ORIGIN);
  }
}
