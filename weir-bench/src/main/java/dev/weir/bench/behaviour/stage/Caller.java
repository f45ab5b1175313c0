package dev.weir.bench.behaviour.stage;

import dev.weir.bench.behaviour.contender.Held;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A thread that does something with a pool, and how that ended. */
public final class Caller<T> {
  private static final int STILL = 10;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private final Thread thread;
  private final long started = System.nanoTime();
  private volatile long ended;

  private Caller(Thread.Builder builder, Callable<T> work) {
    thread =
        builder.unstarted(
            () -> {
              try {
                T value = work.call();
                ended = System.nanoTime();
                result.complete(value);
              } catch (Throwable e) {
                ended = System.nanoTime();
                result.completeExceptionally(e);
              }
            });
  }

  static <T> Caller<T> platform(String name, Callable<T> work) {
    return start(new Caller<>(Thread.ofPlatform().daemon().name(name), work));
  }

  static <T> Caller<T> virtual(String name, Callable<T> work) {
    return start(new Caller<>(Thread.ofVirtual().name(name), work));
  }

  private static <T> Caller<T> start(Caller<T> caller) {
    caller.thread.start();
    return caller;
  }

  public Thread thread() {
    return thread;
  }

  public boolean isDone() {
    return result.isDone();
  }

  /** Whether it ended with a value. */
  public boolean succeeded() {
    return result.isDone() && !result.isCompletedExceptionally();
  }

  /** From start to end. */
  public Duration took() {
    return Duration.ofNanos(ended - started);
  }

  /** Returns when the thread has stood still for a while: it waits, or has ended. */
  public Caller<T> untilItWaits() {
    int still = 0;
    while (still < STILL && !result.isDone()) {
      Thread.State state = thread.getState();
      boolean waits = state != Thread.State.NEW && state != Thread.State.RUNNABLE;
      still = waits ? still + 1 : 0;
      Stage.pause(Duration.ofMillis(2));
    }
    return this;
  }

  /** The value; fails when there is none within {@code patience}. */
  public T result(Duration patience) {
    try {
      return result.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new NotKept("a caller was not served within " + Stage.text(patience));
    } catch (ExecutionException e) {
      throw new NotKept("a caller failed after " + Stage.text(took()), cause(e));
    } catch (InterruptedException e) {
      throw new NotKept("interrupted", e);
    }
  }

  /** What it threw; fails when it threw nothing within {@code patience}. */
  public Throwable failure(Duration patience) {
    try {
      T value = result.get(patience.toNanos(), TimeUnit.NANOSECONDS);
      throw new NotKept(
          "a caller that should have failed got "
              + (value instanceof Held held ? held.wire() : value));
    } catch (TimeoutException e) {
      throw new NotKept("a caller still waited after " + Stage.text(patience));
    } catch (ExecutionException e) {
      return cause(e);
    } catch (InterruptedException e) {
      throw new NotKept("interrupted", e);
    }
  }

  private static Throwable cause(ExecutionException e) {
    Throwable cause = e.getCause();
    return cause == null ? e : cause;
  }
}
