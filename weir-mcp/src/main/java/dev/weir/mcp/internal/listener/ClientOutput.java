package dev.weir.mcp.internal.listener;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

/**
 * What a client is sent. Remembers when it cannot be reached any more, so that whatever a handler
 * makes of that failure is not taken for a fault of its own.
 */
final class ClientOutput extends OutputStream {
  /** So much counts as progress: a slow client may take long for a large answer. */
  private static final int SLICE = 64 * 1024;

  private final OutputStream out;

  /** Volatile: a handler may let another thread write. */
  private volatile boolean broken;

  /** The time of the slice that is being written; 0: none. */
  private volatile long writingSince;

  ClientOutput(OutputStream out) {
    this.out = out;
  }

  boolean isBroken() {
    return broken;
  }

  /** Whether the client has taken nothing for this long of what is being written to it. */
  boolean isStuck(Duration patience) {
    long since = writingSince;
    return since != 0 && System.nanoTime() - since > patience.toNanos();
  }

  /** Closes the wire, which may write a last word: {@link #isStuck} while that is not taken. */
  void end(Closeable wire) throws IOException {
    writingSince = System.nanoTime() | 1;
    try {
      wire.close();
    } finally {
      writingSince = 0;
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    try {
      for (int end = offset + length; offset < end; ) {
        int slice = Math.min(SLICE, end - offset);
        writingSince = System.nanoTime() | 1;
        out.write(from, offset, slice);
        offset += slice;
      }
    } catch (IOException e) {
      broken = true;
      throw new ClientGoneException("the client left before it had the whole answer", e);
    } finally {
      writingSince = 0;
    }
  }
}
