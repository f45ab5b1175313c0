package dev.weir.tcp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * One connection that carries frames both ways.
 *
 * <p>Safe for any number of threads, platform or virtual: a frame is written as a whole, and read
 * by one thread. Reading and writing do not wait for each other. {@link #close} and an interrupt
 * end a call that blocks, and both close the connection: part of a frame may be under way.
 *
 * <p>A connection is <b>spent</b> after anything that leaves in doubt what comes next on it: an
 * error, a frame that is too long, a time-out (the answer may still come, and must not be taken for
 * the next one's). The pool closes a spent connection when its lease ends. Who asks and does not
 * read the answer has to {@linkplain dev.weir.pool.Lease#invalidate invalidate} the lease: nothing
 * on the wire tells.
 *
 * <p>Messages of errors name the address, what happened, and what to do.
 */
public interface TcpConnection extends AutoCloseable {

  /** Where it goes to. */
  Address address();

  /**
   * Writes one frame. Blocks while the other side takes nothing.
   *
   * @throws IOException when the other side has gone; nobody knows whether it has the frame
   * @throws IllegalArgumentException when the framing cannot carry it; nothing was written
   */
  void write(byte[] frame) throws IOException;

  /** Reads one frame as {@link #read(Duration)} does, within {@link TcpOptions#readTimeout}. */
  byte[] read() throws IOException;

  /**
   * Reads the next frame, waiting for it.
   *
   * @param timeout longest wait for the whole frame; zero: for ever
   * @throws SocketTimeoutException when the time is up; what has come of the frame is kept, and the
   *     next read goes on with it
   * @throws EOFException when the other side has closed the connection
   * @throws FrameTooLongException when the frame is longer than {@link TcpOptions#maxFrame}
   * @throws InterruptedIOException when the thread was interrupted; its flag stays set
   */
  byte[] read(Duration timeout) throws IOException;

  /**
   * Whether it can be lent again: not spent, not closed by the other side, and nothing has come
   * that nobody asked for. Looks without waiting, in about a microsecond; false while a thread
   * reads.
   */
  boolean isUsable();

  /** Closes it, under the hands of whoever reads or writes. */
  @Override
  void close();
}
