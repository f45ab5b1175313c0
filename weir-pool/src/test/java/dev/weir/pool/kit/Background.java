package dev.weir.pool.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Something that another thread does, and how it ended. */
public final class Background<T> {
  private static final long PATIENCE_SECONDS = 60;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private final Thread thread;

  private Background(Callable<T> work) {
    thread =
        new Thread(
            () -> {
              try {
                result.complete(work.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            },
            "background");
    thread.setDaemon(true);
  }

  /** Starts the work. */
  public static <T> Background<T> start(Callable<T> work) {
    Background<T> background = new Background<>(work);
    background.thread.start();
    return background;
  }

  /** Waits until the work has ended or is parked on the clock. */
  public Background<T> untilParkedOn(ManualClock clock) {
    await().until(() -> result.isDone() || clock.isParked(thread));
    return this;
  }

  public Thread thread() {
    return thread;
  }

  public boolean isDone() {
    return result.isDone();
  }

  /** What the work returned; waits for it. */
  public T result() {
    try {
      return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no result", e);
    }
  }

  /** What the work threw; waits for it. */
  public <E extends Throwable> E failure(Class<E> type) {
    try {
      T value = result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      throw new AssertionError("no failure but " + value);
    } catch (TimeoutException | InterruptedException e) {
      throw new AssertionError("no failure", e);
    } catch (ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(type);
      return type.cast(Objects.requireNonNull(e.getCause()));
    }
  }
}
