package dev.weir.tcp.internal;

import dev.weir.pool.Options;
import dev.weir.tcp.Address;
import dev.weir.tcp.FrameTooLongException;
import dev.weir.tcp.Framing;
import dev.weir.tcp.TcpConnection;
import dev.weir.tcp.TcpOptions;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection: what the pool keeps.
 *
 * <p>States: GOOD → SPENT, for good, by the thread that met the reason. A spent connection can be
 * read on, but is not lent again: {@link TcpConnection} says when. Only what is good and quiet is
 * lent: bytes that have come while nobody asked answer no question, and must never be taken for the
 * answer to the next one.
 *
 * <p><b>Threads.</b> {@code reading} guards the decoder and what has arrived, {@code writing} keeps
 * frames whole. Who blocks in the socket holds one of them, so {@link #isUsable}, which must not
 * block, only tries them, and says "no" where it finds one held. {@code spent} is volatile: whoever
 * reads sets it, whoever ends the lease looks.
 */
final class FramedSocket implements TcpConnection {
  private static final int BUFFER = 8192;

  private final Address address;
  private final SocketIo io;
  private final Framing framing;
  private final TcpOptions options;
  private final ReentrantLock writing = new ReentrantLock();
  private final ReentrantLock reading = new ReentrantLock();
  private final Framing.Decoder decoder;
  private final ByteBuffer arrived = ByteBuffer.allocate(BUFFER).limit(0);
  private volatile boolean spent;
  private volatile boolean closed;

  FramedSocket(Address address, SocketIo io, Framing framing, TcpOptions options) {
    this.address = address;
    this.io = io;
    this.framing = framing;
    this.options = options;
    this.decoder = framing.decoder(options.maxFrame());
  }

  @Override
  public Address address() {
    return address;
  }

  @Override
  public void write(byte[] frame) throws IOException {
    ByteBuffer[] pieces = framing.encode(frame);
    writing.lock();
    try {
      io.write(pieces);
    } catch (IOException e) {
      throw spent(explained("writing", e));
    } finally {
      writing.unlock();
    }
  }

  @Override
  public byte[] read() throws IOException {
    return read(options.readTimeout());
  }

  @Override
  public byte[] read(Duration timeout) throws IOException {
    reading.lock();
    try {
      return readFrame(timeout);
    } catch (SocketTimeoutException e) {
      throw spent(late(timeout));
    } catch (EOFException e) {
      throw spent(e);
    } catch (FrameTooLongException e) {
      throw spent(
          new FrameTooLongException(
              address + ": the other side sent " + e.getMessage() + " (max-frame)"));
    } catch (IOException e) {
      throw spent(explained("reading", e));
    } finally {
      reading.unlock();
    }
  }

  private byte[] readFrame(Duration timeout) throws IOException {
    long begun = System.nanoTime();
    while (true) {
      byte[] frame = decoder.next(arrived);
      if (frame != null) {
        return frame;
      }
      long left = timeout.isZero() ? 0 : timeout.toNanos() - (System.nanoTime() - begun);
      if (left < 0) {
        throw new SocketTimeoutException();
      }
      arrived.clear();
      int count;
      try {
        count = io.read(arrived, left);
      } finally {
        arrived.flip();
      }
      if (count < 0) {
        throw new EOFException(address + ": the other side closed the connection" + inTheMiddle());
      }
    }
  }

  private String inTheMiddle() {
    int pending = decoder.pending();
    return pending == 0 ? "" : " in the middle of a frame, of which " + pending + " bytes had come";
  }

  private SocketTimeoutException late(Duration timeout) {
    return new SocketTimeoutException(
        address
            + ": no whole frame within "
            + Options.text(timeout)
            + " ("
            + decoder.pending()
            + " bytes of one have come); the connection is not lent again");
  }

  private IOException explained(String doing, IOException e) {
    if (e instanceof ClosedByInterruptException) {
      var interrupted =
          new InterruptedIOException(
              address + ": interrupted while " + doing + ", which closed the connection");
      interrupted.initCause(e);
      return interrupted;
    }
    if (closed) {
      return new IOException(address + ": closed by this side", e);
    }
    return new IOException(
        address + ": the connection was lost while " + doing + ": " + text(e), e);
  }

  private static String text(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  /** good → spent. */
  private <E extends IOException> E spent(E reason) {
    spent = true;
    return reason;
  }

  @Override
  public boolean isUsable() {
    if (spent || closed || !reading.tryLock()) {
      return false;
    }
    try {
      return !arrived.hasRemaining() && decoder.pending() == 0 && isQuiet();
    } finally {
      reading.unlock();
    }
  }

  private boolean isQuiet() {
    if (!writing.tryLock()) {
      return false;
    }
    try {
      return io.isQuiet();
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void close() {
    closed = true;
    io.close();
  }

  @Override
  public String toString() {
    return io.toString();
  }
}
