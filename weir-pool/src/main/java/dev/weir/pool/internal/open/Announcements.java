package dev.weir.pool.internal.open;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tells numbered changes in the order of their numbers, one at a time, though the threads that made
 * them come in any order. Whoever finds nobody telling does it, for all others too; no lock is held
 * meanwhile, and nobody waits.
 */
final class Announcements {
  private final Map<Integer, Runnable> pending = new ConcurrentHashMap<>();

  /** Calls not yet honoured; who raises it from 0 tells, and may use {@link #next}. */
  private final AtomicInteger calls = new AtomicInteger();

  private int next = 1;

  void add(int number, Runnable announcement) {
    pending.put(number, announcement);
    if (calls.getAndIncrement() > 0) {
      return;
    }
    do {
      tellAllInOrder();
    } while (calls.decrementAndGet() > 0);
  }

  private void tellAllInOrder() {
    for (Runnable one = pending.remove(next); one != null; one = pending.remove(next)) {
      next++;
      one.run();
    }
  }
}
