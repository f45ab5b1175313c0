package dev.weir.mcp.internal.process;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.internal.codec.LineFraming;
import dev.weir.mcp.internal.codec.WriteTurns;
import java.io.IOException;
import java.io.OutputStream;

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
 * the slow way.
 *
 * <p>What ends a blocked write: the end of the process tree, which closes the other side.
 */
final class ProcessInput {
  private static final int SURE_ROOM = 4096;

  private final String name;
  private final OutputStream out;
  private final WriteTurns turns = new WriteTurns();
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
    turns.take();
    written += message.size() + 1;
    long position = written;
    if (position - confirmed <= SURE_ROOM) {
      turns.here(() -> LineFraming.write(message, out));
    } else {
      turns.elsewhere(
          Thread.ofPlatform().daemon().name(name + "-stdin"),
          () -> LineFraming.write(message, out));
    }
    return position;
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
    if (!turns.tryTake()) return;
    try {
      turns.here(out::close);
    } catch (IOException _) {
      // it has closed its side
    }
  }
}
