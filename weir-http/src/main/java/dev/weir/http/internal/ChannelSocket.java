package dev.weir.http.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A connected channel that looks like a socket, which is what HttpCore and TLS want, and can do two
 * things more: look without waiting whether anything has arrived, and tell exactly how many bytes
 * the system has taken.
 *
 * <p><b>Looking without waiting.</b> A plain socket has no read that returns at once; HttpCore's
 * own check reads with a time-out of a millisecond, which costs a healthy connection 1.2 ms each
 * time. A channel has one: made non-blocking, read, made blocking again costs 1.3 µs on a platform
 * thread and 0.5 µs on a virtual one, whose channels are non-blocking underneath anyway. While
 * {@link #look} runs, the input stream reads in this way and says "time-out" when there is nothing,
 * so HttpCore and TLS above it look into their own buffers first and read nothing that they would
 * lose.
 *
 * <p><b>Threads.</b> One thread reads, writes and looks at a time: whoever holds the connection.
 * {@link #close} may come from any thread; it closes the channel, which wakes the reader and the
 * writer with an exception. An interrupt closes the channel as well.
 */
final class ChannelSocket extends Socket {
  private static final int WRITE_CHUNK = 1 << 16;

  private final SocketChannel channel;
  private final Socket adaptor;
  private final InputStream in;
  private final OutputStream out = new Output();

  private boolean looking;
  private boolean quiet;
  private long bytesWritten;

  /** What is to happen while the input does not wait. */
  interface Look {
    boolean run() throws IOException;
  }

  ChannelSocket(SocketChannel channel) throws IOException {
    super((SocketImpl) null);
    this.channel = channel;
    this.adaptor = channel.socket();
    this.in = new Input(adaptor.getInputStream());
  }

  /** Bytes that the system has taken since the connection was opened, TLS included. */
  long bytesWritten() {
    return bytesWritten;
  }

  /**
   * Runs {@code look} with an input that does not wait.
   *
   * @return true when it said that nothing is there and indeed nothing was: no byte, no end of
   *     stream, no error
   */
  boolean isQuiet(Look somethingThere) {
    looking = true;
    quiet = true;
    try {
      return !somethingThere.run() && quiet && channel.isOpen();
    } catch (IOException e) {
      return false;
    } finally {
      looking = false;
    }
  }

  @Override
  public InputStream getInputStream() {
    return in;
  }

  @Override
  public OutputStream getOutputStream() {
    return out;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public boolean isBound() {
    return true;
  }

  @Override
  public void setSoTimeout(int timeout) throws SocketException {
    adaptor.setSoTimeout(timeout);
  }

  @Override
  public int getSoTimeout() throws SocketException {
    return adaptor.getSoTimeout();
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    adaptor.setTcpNoDelay(on);
  }

  @Override
  public boolean getTcpNoDelay() throws SocketException {
    return adaptor.getTcpNoDelay();
  }

  @Override
  public void setSoLinger(boolean on, int linger) throws SocketException {
    adaptor.setSoLinger(on, linger);
  }

  @Override
  public int getSoLinger() throws SocketException {
    return adaptor.getSoLinger();
  }

  @Override
  public void shutdownInput() throws IOException {
    channel.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public boolean isInputShutdown() {
    return adaptor.isInputShutdown();
  }

  @Override
  public boolean isOutputShutdown() {
    return adaptor.isOutputShutdown();
  }

  @Override
  public InetAddress getInetAddress() {
    return adaptor.getInetAddress();
  }

  @Override
  public int getPort() {
    return adaptor.getPort();
  }

  @Override
  public InetAddress getLocalAddress() {
    return adaptor.getLocalAddress();
  }

  @Override
  public int getLocalPort() {
    return adaptor.getLocalPort();
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return adaptor.getRemoteSocketAddress();
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return adaptor.getLocalSocketAddress();
  }

  @Override
  public String toString() {
    return channel.toString();
  }

  private final class Input extends InputStream {
    private final InputStream waiting;

    Input(InputStream waiting) {
      this.waiting = waiting;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      return looking ? readWhatIsThere(to, offset, length) : waiting.read(to, offset, length);
    }

    private int readWhatIsThere(byte[] to, int offset, int length) throws IOException {
      channel.configureBlocking(false);
      int count = channel.read(ByteBuffer.wrap(to, offset, length));
      channel.configureBlocking(true);
      if (count == 0) {
        throw NothingThere.INSTANCE;
      }
      quiet = false;
      return count;
    }

    @Override
    public int available() throws IOException {
      return waiting.available();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /**
   * Writes through the channel rather than through the adaptor's stream, which does not say how far
   * it came before it failed. In pieces: the JDK keeps a buffer as large as the largest write for
   * each thread.
   */
  private final class Output extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      int end = offset + length;
      for (int at = offset; at < end; ) {
        int count = channel.write(ByteBuffer.wrap(from, at, Math.min(WRITE_CHUNK, end - at)));
        bytesWritten += count;
        at += count;
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** Thrown at every look at a healthy connection, hence without the price of a stack trace. */
  private static final class NothingThere extends SocketTimeoutException {
    private static final long serialVersionUID = 1L;
    static final NothingThere INSTANCE = new NothingThere();

    private NothingThere() {
      super("nothing there");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }
}
