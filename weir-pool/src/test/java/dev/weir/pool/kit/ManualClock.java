package dev.weir.pool.kit;

import dev.weir.pool.internal.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Stands still until a test moves it; then everybody parked on it looks again. */
public class ManualClock implements Clock {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  // Begins near the overflow of a long, which a real clock may reach too.
  private static final long ORIGIN = Long.MAX_VALUE - 1_000_000;
  private final AtomicLong now = new AtomicLong(ORIGIN);

  /** Who waits for time to pass, and until when. */
  private final Map<Thread, Long> parked = new ConcurrentHashMap<>();

  /** Moves time forward. */
  public void advance(Duration span) {
    now.addAndGet(span.toNanos());
    parked.keySet().forEach(LockSupport::unpark);
  }

  /** Whether the thread waits for time to pass. */
  public boolean isParked(Thread thread) {
    return parked.containsKey(thread);
  }

  /**
   * Whether somebody waits for time to pass, and everybody who does waits for more of it: what was
   * due by now on a thread that goes on waiting has been done.
   */
  public boolean isSettled() {
    long now = this.now.get();
    return !parked.isEmpty() && parked.values().stream().allMatch(until -> until - now > 0);
  }

  @Override
  public long nanos() {
    return now.get();
  }

  @Override
  public long coarseNanos() {
    return now.get();
  }

  @Override
  public void park(Object blocker, long deadline) {
    Thread self = Thread.currentThread();
    parked.put(self, deadline);
    try {
      if (deadline - now.get() > 0) {
        LockSupport.park(blocker);
      }
    } finally {
      parked.remove(self);
    }
  }

  @Override
  public Instant instantOf(long nanos) {
    return START.plusNanos(nanos - ORIGIN);
  }
}
