package dev.weir.bench.workloads.loopback;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Serves the workloads' protocol on a port of the loopback interface that the system chooses. One
 * virtual thread for each connection reads, works and answers; work is waiting, as for a disk or
 * for another server, so that the processors are left to what is measured.
 *
 * <p>As a program it prints its port as its only line and serves until its standard input ends,
 * which is when whoever started it stops it, or dies, by whatever death.
 */
public final class LoopbackServer implements AutoCloseable {
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final LongAdder logins = new LongAdder();
  private final LongAdder requests = new LongAdder();
  private final Thread accepting;

  /** Listens from now on. */
  public LoopbackServer() throws IOException {
    listener = new ServerSocket();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
    accepting = Thread.ofPlatform().name("accept").daemon().start(this::accept);
  }

  /** The program. */
  public static void main(String[] args) throws IOException {
    try (var server = new LoopbackServer()) {
      System.out.println(server.port());
      while (System.in.read() >= 0) {
        // Nothing is said on this line; only its end says something.
      }
    }
  }

  /** Where it listens. */
  public int port() {
    return listener.getLocalPort();
  }

  /** What it has seen so far. */
  public ServerCounts counts() {
    return new ServerCounts(logins.sum(), open.size(), requests.sum());
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          System.err.println("loopback server: cannot accept: " + e.getMessage());
        }
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1024));
      var out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1024));
      try {
        Handshake.admit(in, out);
        logins.increment();
        answerAll(in, out);
      } catch (IOException | RuntimeException e) {
        new Frame(Frame.REFUSED, String.valueOf(e.getMessage()).getBytes(UTF_8)).write(out);
      }
    } catch (IOException e) {
      // The client is gone: nobody is left to be told.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(socket);
    }
  }

  private void answerAll(DataInputStream in, DataOutputStream out)
      throws IOException, InterruptedException {
    while (true) {
      Frame frame = Frame.read(in);
      switch (frame.kind()) {
        case Frame.REQUEST -> {
          work(Duration.ofNanos(1_000L * ByteBuffer.wrap(frame.body()).getInt()));
          // Counted before the answer: who has all answers finds all requests counted.
          requests.increment();
          new Frame(Frame.ANSWER, frame.body()).write(out);
        }
        case Frame.COUNTS -> new Frame(Frame.COUNTS, counts().bytes()).write(out);
        case Frame.GOODBYE -> {
          return;
        }
        default -> throw new IOException("a frame of kind " + (char) frame.kind());
      }
    }
  }

  private static void work(Duration time) throws InterruptedException {
    if (time.isPositive()) {
      Thread.sleep(time);
    }
  }

  /**
   * Stops listening and cuts every connection. Waits for the accepting thread, for the kernel goes
   * on accepting until an accept that blocks has returned, and what that returns is cut too.
   */
  @Override
  public void close() throws IOException {
    listener.close();
    try {
      accepting.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Socket socket : open) {
      socket.close();
    }
  }
}
