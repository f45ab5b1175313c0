package dev.weir.bench.pools;

import java.util.concurrent.locks.LockSupport;

/**
 * A virtual thread that sleeps a millisecond at a time and notes by how much it comes late: late
 * when the carriers are taken by others that do not let go.
 */
final class Heartbeat implements AutoCloseable {
  private static final long BEAT = 1_000_000;

  private final Thread thread = Thread.ofVirtual().unstarted(this::beat);
  private volatile boolean stopped;
  private volatile boolean counting;
  private volatile long worst;

  Heartbeat() {
    thread.start();
  }

  /** Forgets what was before. */
  void count() {
    worst = 0;
    counting = true;
  }

  long worst() {
    return worst;
  }

  private void beat() {
    while (!stopped) {
      boolean counts = counting;
      long began = System.nanoTime();
      LockSupport.parkNanos(BEAT);
      long late = System.nanoTime() - began - BEAT;
      if (counts && late > worst) {
        worst = late;
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    thread.join();
  }
}
