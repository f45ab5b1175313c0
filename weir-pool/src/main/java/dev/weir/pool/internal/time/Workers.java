package dev.weir.pool.internal.time;

import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads on which the pool runs what belongs to others and may block: opening, checking,
 * closing, and what depends on an asynchronous acquire.
 *
 * <p>There are as many threads as there is work, since whoever hands work in has bounded it by
 * places in the pool; a thread without work ends after a while. Nothing ever has to be shut down.
 */
public final class Workers {
  /** How long a thread waits for more work before it ends. */
  public static final Duration KEEP_THREADS = Duration.ofSeconds(2);

  private final ExecutorService executor;
  private final ConcurrentLinkedQueue<Runnable> lane = new ConcurrentLinkedQueue<>();
  private final AtomicInteger inLane = new AtomicInteger();

  public Workers(ThreadFactory threads, Duration keepThreads) {
    this(
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            keepThreads.toNanos(),
            TimeUnit.NANOSECONDS,
            new SynchronousQueue<>(),
            threads));
  }

  /** For checkers that have to choose every thread themselves. */
  public Workers(ExecutorService executor) {
    this.executor = executor;
  }

  /**
   * Runs {@code task} at once, on a thread of its own. Cancelling with true interrupts it, and no
   * other task.
   */
  public Future<?> submit(Runnable task) {
    return executor.submit(() -> run(task));
  }

  /**
   * Runs {@code task} after all that was handed to this method before: any number of tasks, one
   * thread.
   */
  public void enqueue(Runnable task) {
    lane.add(task);
    if (inLane.getAndIncrement() == 0) {
      executor.execute(this::runLane);
    }
  }

  private void runLane() {
    do {
      Runnable task = lane.poll();
      if (task != null) {
        run(task);
      }
    } while (inLane.decrementAndGet() > 0);
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      report(e);
    }
  }

  /** For what nobody else can be told: a fault of the pool itself. */
  static void report(Throwable fault) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
  }
}
