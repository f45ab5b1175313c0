package dev.weir.tcp.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connected channel: reads within a time, writes all of it, looks without waiting.
 *
 * <p><b>Time-outs.</b> A channel has no read with a time-out. That of a TCP channel borrows its
 * socket's; a Unix channel has no socket, so it never blocks itself, and waits in a selector. It
 * cannot be made non-blocking only for the first read with a time-out: that would wait for a writer
 * that blocks, which waits for a peer that waits to be read. The selector lives as long as the
 * wait: one that is kept would triple the descriptors of each pooled connection.
 *
 * <p><b>Threads.</b> One thread reads and one writes at a time, and nobody does while {@link
 * #isQuiet} looks: {@link FramedSocket} holds that. {@link #close} comes from any thread. It wakes
 * whoever blocks in the channel; closing does not wake a selector, so a waiter shows its selector
 * and then looks whether the channel is open, and close closes it and then looks for selectors: one
 * of them sees the other.
 */
final class SocketIo {
  private static final int CHUNK = 1 << 16;

  private final SocketChannel channel;

  /** Of a TCP channel; null for a Unix channel. */
  private final @Nullable Socket socket;

  private final @Nullable InputStream timed;
  private volatile @Nullable Selector reader;
  private volatile @Nullable Selector writer;

  SocketIo(SocketChannel channel) throws IOException {
    this.channel = channel;
    this.socket = isTcp(channel) ? channel.socket() : null;
    this.timed = socket == null ? null : socket.getInputStream();
    channel.configureBlocking(socket != null);
  }

  private static boolean isTcp(SocketChannel channel) throws IOException {
    return channel.getRemoteAddress() instanceof InetSocketAddress;
  }

  /**
   * Reads what is there, waiting for the first of it.
   *
   * @param to backed by an array
   * @param nanos longest wait; zero: for ever
   * @return how many bytes; -1 at the end
   * @throws SocketTimeoutException when the time is up
   */
  int read(ByteBuffer to, long nanos) throws IOException {
    if (socket != null && timed != null && nanos > 0) {
      long millis = TimeUnit.NANOSECONDS.toMillis(nanos) + 1;
      socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, millis));
      int count = timed.read(to.array(), to.arrayOffset() + to.position(), to.remaining());
      if (count > 0) {
        to.position(to.position() + count);
      }
      return count;
    }
    long deadline = System.nanoTime() + nanos;
    while (true) {
      int count = channel.read(to);
      if (count != 0) {
        return count;
      }
      long left = nanos == 0 ? 0 : deadline - System.nanoTime();
      if (left < 0 || (nanos > 0 && left == 0)) {
        throw new SocketTimeoutException("read timed out");
      }
      await(SelectionKey.OP_READ, left);
    }
  }

  /** In pieces: the JDK keeps a buffer as large as the largest write for each thread. */
  void write(ByteBuffer[] pieces) throws IOException {
    long all = 0;
    for (ByteBuffer piece : pieces) {
      all += piece.remaining();
    }
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, all));
    for (ByteBuffer piece : pieces) {
      while (piece.hasRemaining()) {
        int fits = Math.min(piece.remaining(), chunk.remaining());
        chunk.put(piece.slice().limit(fits));
        piece.position(piece.position() + fits);
        if (!chunk.hasRemaining()) {
          flush(chunk);
        }
      }
    }
    flush(chunk);
  }

  private void flush(ByteBuffer chunk) throws IOException {
    chunk.flip();
    while (chunk.hasRemaining()) {
      if (channel.write(chunk) == 0) {
        await(SelectionKey.OP_WRITE, 0);
      }
    }
    chunk.clear();
  }

  private void await(int operation, long nanos) throws IOException {
    try (Selector selector = Selector.open()) {
      show(operation, selector);
      channel.register(selector, operation);
      selector.select(nanos == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
    } finally {
      show(operation, null);
    }
    if (Thread.currentThread().isInterrupted()) {
      close();
      throw new ClosedByInterruptException();
    }
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
  }

  private void show(int operation, @Nullable Selector selector) {
    if (operation == SelectionKey.OP_READ) {
      reader = selector;
    } else {
      writer = selector;
    }
  }

  /** Whether nothing has come: no byte, no end, no error. */
  boolean isQuiet() {
    try {
      if (socket == null) {
        return channel.read(ByteBuffer.allocate(1)) == 0;
      }
      channel.configureBlocking(false);
      try {
        return channel.read(ByteBuffer.allocate(1)) == 0;
      } finally {
        channel.configureBlocking(true);
      }
    } catch (IOException e) {
      return false;
    }
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Closed is what it should be.
    }
    wake(reader);
    wake(writer);
  }

  private static void wake(@Nullable Selector selector) {
    if (selector != null) {
      selector.wakeup();
    }
  }

  @Override
  public String toString() {
    return channel.toString();
  }
}
