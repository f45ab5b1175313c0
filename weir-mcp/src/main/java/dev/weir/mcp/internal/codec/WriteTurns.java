package dev.weir.mcp.internal.codec;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * One write after the other, in the order in which the callers came, each by whoever has the turn.
 *
 * <p>A write that may block is done by a thread of its own while the caller waits for it: the
 * caller can be interrupted, and the write goes on, for half a message would be the end of the
 * wire. The turn is a semaphore, not a lock: a caller that was interrupted leaves it to the thread
 * that still writes.
 *
 * <p>A caller {@linkplain #take takes} the turn, and then writes {@linkplain #here here} or
 * {@linkplain #elsewhere elsewhere}, either of which gives it back.
 */
public final class WriteTurns {
  private final Semaphore turn = new Semaphore(1, true);

  /** What is written in one turn. */
  public interface Write {
    void run() throws IOException;
  }

  public void take() throws InterruptedException {
    turn.acquire();
  }

  /** False while somebody has the turn. */
  public boolean tryTake() {
    return turn.tryAcquire();
  }

  /** On the caller's thread: only for what is sure not to block. */
  public void here(Write write) throws IOException {
    try {
      write.run();
    } finally {
      turn.release();
    }
  }

  /** On a thread of its own. */
  public void elsewhere(Thread.Builder threads, Write write)
      throws IOException, InterruptedException {
    FutureTask<@Nullable Void> task =
        new FutureTask<>(
            () -> {
              here(write);
              return null;
            });
    threads.start(task);
    try {
      task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) throw cause;
      throw new IOException(e.getCause());
    }
  }
}
