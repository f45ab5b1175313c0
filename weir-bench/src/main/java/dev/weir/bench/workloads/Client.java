package dev.weir.bench.workloads;

import dev.weir.bench.workloads.loopback.LoopbackConnection;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One client of a closed loop: takes a connection, makes one call, gives it back, and starts over
 * at once until the window is over. Makes one call at least. Run by a virtual thread of its own.
 */
final class Client implements Runnable {
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(1);

  private final Connections connections;
  private final Duration work;
  private final Duration delay;
  private final Window window;
  private final AtomicInteger holding;

  final Samples whole = new Samples();
  final Samples acquire = new Samples();
  final Samples release = new Samples();
  long heldNanos;
  long calls;
  long failures;
  @Nullable Throwable firstFailure;

  /**
   * @param work how long the server works for a call
   * @param delay before the first call: clients that begin together would call in waves
   * @param holding how many clients hold a connection at the moment
   */
  Client(
      Connections connections,
      Duration work,
      Duration delay,
      Window window,
      AtomicInteger holding) {
    this.connections = connections;
    this.work = work;
    this.delay = delay;
    this.window = window;
    this.holding = holding;
  }

  @Override
  public void run() {
    sleep(delay);
    do {
      try {
        once();
      } catch (Exception e) {
        fail(e);
      }
    } while (!window.isOver(System.nanoTime()));
  }

  private void once() throws Exception {
    long began = System.nanoTime();
    Connections.Held held = connections.acquire();
    long acquired = System.nanoTime();
    holding.incrementAndGet();
    try {
      LoopbackConnection connection = held.connection();
      connection.call(work);
    } catch (Exception e) {
      holding.decrementAndGet();
      held.discard(e);
      throw e;
    }
    holding.decrementAndGet();
    long answered = System.nanoTime();
    held.release();
    long ended = System.nanoTime();
    calls++;
    heldNanos += window.inside(acquired, answered);
    if (window.holds(ended)) {
      whole.add(ended - began);
      acquire.add(acquired - began);
      release.add(ended - answered);
    }
  }

  private void fail(Exception failure) {
    failures++;
    if (firstFailure == null) {
      firstFailure = failure;
    }
    sleep(PAUSE_AFTER_FAILURE);
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
