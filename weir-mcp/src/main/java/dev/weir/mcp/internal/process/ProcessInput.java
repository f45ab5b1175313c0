package dev.weir.mcp.internal.process;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.internal.codec.LineFraming;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The standard input of a process: one line after the other, written by whoever has the turn.
 *
 * <p>A write to a full pipe blocks until the process reads, and it blocks the carrier when a
 * virtual thread does it. So a caller writes itself only what is sure to fit: a pipe takes 4 KiB at
 * least (Linux gives 64 KiB, and two pages to a user who has many pipes), and what the process has
 * surely read is known from its answers. Anything else is written by a platform thread that lives
 * as long as that one write, while the caller waits for it and can be interrupted.
 *
 * <p>Who writes what: {@code written} belongs to the holder of the turn. {@code confirmed} is
 * written by the thread that reads answers; it only grows, and an old value merely sends a write
 * the slow way. The turn is a semaphore, not a lock: a caller that was interrupted leaves it to the
 * thread that still writes.
 *
 * <p>What ends a blocked write: the end of the process tree, which closes the other side.
 */
final class ProcessInput {
  private static final int SURE_ROOM = 4096;

  private final String name;
  private final OutputStream out;
  private final Semaphore turn = new Semaphore(1, true);
  private long written;
  private volatile long confirmed;

  ProcessInput(String name, OutputStream out) {
    this.name = name;
    this.out = out;
  }

  /**
   * Writes one line, and gives the position behind it.
   *
   * @throws IOException when the process does not take it any more: it had no whole line then
   */
  long write(Envelope message) throws IOException, InterruptedException {
    turn.acquire();
    written += message.size() + 1;
    long position = written;
    if (position - confirmed <= SURE_ROOM) {
      writeAndPassOn(message);
    } else {
      FutureTask<@Nullable Void> write =
          new FutureTask<>(
              () -> {
                writeAndPassOn(message);
                return null;
              });
      Thread.ofPlatform().daemon().name(name + "-stdin").start(write);
      await(write);
    }
    return position;
  }

  private void writeAndPassOn(Envelope message) throws IOException {
    try {
      LineFraming.write(message, out);
    } finally {
      turn.release();
    }
  }

  private static void await(FutureTask<@Nullable Void> write)
      throws IOException, InterruptedException {
    try {
      write.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) throw cause;
      throw new IOException(e.getCause());
    }
  }

  /** The process has surely read everything before this position: it answered what ends there. */
  void confirm(long position) {
    if (position > confirmed) confirmed = position;
  }

  /**
   * Tells the process that no more comes. While a write is blocked this is not possible, and not
   * needed to learn that the process does not read.
   */
  void close() {
    if (!turn.tryAcquire()) return;
    try {
      out.close();
    } catch (IOException _) {
      // it has closed its side
    } finally {
      turn.release();
    }
  }
}
