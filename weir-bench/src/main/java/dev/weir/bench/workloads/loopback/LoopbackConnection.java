package dev.weir.bench.workloads.loopback;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;

/**
 * The client's end of one connection: what the workloads pool. For one thread at a time; who hands
 * it to another thread makes its writes visible there, as a pool does.
 */
public final class LoopbackConnection implements AutoCloseable {
  private static final int CONNECT_MILLIS = 10_000;

  /** Far beyond any work that is asked for: a server that is silent for so long is lost. */
  private static final int ANSWER_MILLIS = 30_000;

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;

  /**
   * Plain: it goes from holder to holder with the connection, and is reported when all are done.
   */
  private long calls;

  private LoopbackConnection(Socket socket) throws IOException {
    this.socket = socket;
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 512));
    out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 512));
  }

  /** Connects and logs in. */
  public static LoopbackConnection open(InetSocketAddress address, Login login) throws IOException {
    var socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(ANSWER_MILLIS);
      socket.connect(address, CONNECT_MILLIS);
      var connection = new LoopbackConnection(socket);
      Handshake.enter(connection.in, connection.out, login);
      return connection;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** Lets the server work for so long and waits for its answer. */
  public void call(Duration work) throws IOException {
    byte[] body =
        ByteBuffer.allocate(2 * Integer.BYTES)
            .putInt((int) (work.toNanos() / 1_000))
            .putInt((int) calls)
            .array();
    new Frame(Frame.REQUEST, body).write(out);
    byte[] answer = Frame.read(in, Frame.ANSWER);
    if (!Arrays.equals(body, answer)) {
      throw new IOException("the answer to another request");
    }
    calls++;
  }

  /** What the server has seen so far. */
  public ServerCounts serverCounts() throws IOException {
    Frame.of(Frame.COUNTS).write(out);
    return ServerCounts.of(Frame.read(in, Frame.COUNTS));
  }

  /** How many calls this connection has carried. */
  public long calls() {
    return calls;
  }

  /** Whether it may be used, as far as this end knows. */
  public boolean isOpen() {
    return !socket.isClosed();
  }

  /** Says goodbye and closes. */
  @Override
  public void close() {
    try (socket) {
      Frame.of(Frame.GOODBYE).write(out);
    } catch (IOException e) {
      // It was lost before; closed it is either way.
    }
  }
}
