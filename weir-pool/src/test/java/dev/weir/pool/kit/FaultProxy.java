package dev.weir.pool.kit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A TCP proxy on the loopback address that breaks what passes through it: it delays, swallows,
 * stalls, cuts, resets and half-closes, takes it to single bytes, and refuses or ignores new
 * connections. Settings apply to connections that exist as well as to later ones, and to both
 * directions unless they say otherwise.
 */
public final class FaultProxy implements AutoCloseable {
  private static final long UNLIMITED = Long.MAX_VALUE;

  private final SocketAddress target;
  private final ServerSocket listener;
  private final Thread accepting;
  private final List<Link> links = new CopyOnWriteArrayList<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private Duration delay = Duration.ZERO;
  private boolean stalled;
  private boolean swallowing;
  private boolean refusing;
  private boolean trickling;
  private long answerBytes = UNLIMITED;
  private long swallowed;

  private FaultProxy(SocketAddress target) throws IOException {
    this.target = target;
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    accepting = spawn("accept", this::accept);
  }

  /** A proxy in front of a server on this machine. */
  public static FaultProxy to(int port) throws IOException {
    return to(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** A proxy in front of any server. */
  public static FaultProxy to(SocketAddress target) throws IOException {
    return new FaultProxy(target);
  }

  /** Where clients connect to. */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Connections accepted so far. */
  public int accepted() {
    return accepted.get();
  }

  /** Connections that are open on the client's side. */
  public int open() {
    return (int) links.stream().filter(link -> !link.client.isClosed()).count();
  }

  /** Holds every piece back for this long before it is passed on. */
  public void delay(Duration span) {
    change(() -> delay = span);
  }

  /** Passes each byte on by itself, so that readers get everything in pieces. */
  public void trickle() {
    change(() -> trickling = true);
  }

  /** Passes nothing on, and reads nothing more, until {@link #resume}. */
  public void stall() {
    change(() -> stalled = true);
  }

  /**
   * Ends {@link #stall}, {@link #drop}, {@link #refuse}, {@link #delay}, {@link #trickle} and
   * {@link #cutAfter}.
   */
  public void resume() {
    change(
        () -> {
          stalled = false;
          swallowing = false;
          refusing = false;
          trickling = false;
          delay = Duration.ZERO;
          answerBytes = UNLIMITED;
        });
  }

  /**
   * Reads everything and passes nothing on, as a network that silently loses packets looks to both
   * ends.
   */
  public void drop() {
    change(() -> swallowing = true);
  }

  /** Bytes that {@link #drop} has swallowed. */
  public long swallowed() {
    lock.lock();
    try {
      return swallowed;
    } finally {
      lock.unlock();
    }
  }

  /** Resets new connections as soon as they are accepted. */
  public void refuse() {
    change(() -> refusing = true);
  }

  /**
   * Passes {@code bytes} more of the server's answers on, all connections together, then resets the
   * connection that brings the next.
   */
  public void cutAfter(long bytes) {
    change(() -> answerBytes = bytes);
  }

  /** Resets every connection, so that clients read "connection reset". */
  public void reset() {
    links.forEach(Link::reset);
  }

  /**
   * Ends the server's half of every connection in order: clients read the end of the stream and may
   * still write.
   */
  public void halfClose() {
    links.forEach(Link::halfClose);
  }

  /** Closes every connection in order. */
  public void closeConnections() {
    links.forEach(Link::close);
  }

  /** Waits until the kernel accepts no more, which it does while an accept blocks. */
  @Override
  public void close() throws IOException {
    listener.close();
    resume();
    try {
      accepting.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closeConnections();
  }

  private void change(Runnable setting) {
    lock.lock();
    try {
      setting.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        accepted.incrementAndGet();
        if (isRefusing()) {
          hardClose(client);
        } else {
          connect(client);
        }
      } catch (IOException e) {
        // Closed, or a client that left again: the loop's condition tells.
      }
    }
  }

  private void connect(Socket client) throws IOException {
    Socket server = new Socket();
    try {
      server.connect(target);
    } catch (IOException e) {
      hardClose(client);
      return;
    }
    client.setTcpNoDelay(true); // a piece that is passed on is a piece that leaves
    server.setTcpNoDelay(true);
    Link link = new Link(client, server);
    links.add(link);
    spawn("to-server", () -> link.pump(client, server, false));
    spawn("to-client", () -> link.pump(server, client, true));
  }

  private boolean isTrickling() {
    lock.lock();
    try {
      return trickling;
    } finally {
      lock.unlock();
    }
  }

  private boolean isRefusing() {
    lock.lock();
    try {
      return refusing;
    } finally {
      lock.unlock();
    }
  }

  /** Waits out stall and delay. Returns how many of the bytes may pass; -1: all are swallowed. */
  private long admit(int bytes, boolean isAnswer) throws InterruptedException {
    lock.lock();
    try {
      long left = delay.toNanos();
      while (stalled || left > 0) {
        if (stalled) {
          changed.await();
        } else {
          left = changed.awaitNanos(left);
        }
      }
      if (swallowing) {
        swallowed += bytes;
        return -1;
      }
      if (!isAnswer || answerBytes == UNLIMITED) {
        return bytes;
      }
      long pass = Math.min(bytes, answerBytes);
      answerBytes -= pass;
      return pass;
    } finally {
      lock.unlock();
    }
  }

  private static Thread spawn(String name, Runnable work) {
    Thread thread = new Thread(work, "fault-proxy-" + name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void hardClose(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // Closed already.
    }
  }

  private final class Link {
    private final Socket client;
    private final Socket server;

    Link(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void pump(Socket from, Socket to, boolean isAnswer) {
      byte[] buffer = new byte[8192];
      try {
        InputStream in = from.getInputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          long pass = admit(read, isAnswer);
          if (pass > 0) {
            write(buffer, (int) pass, to.getOutputStream());
          }
          if (pass >= 0 && pass < read) {
            to.getOutputStream().flush();
            reset();
            return;
          }
        }
        to.shutdownOutput();
      } catch (IOException | InterruptedException e) {
        close();
      }
    }

    private void write(byte[] bytes, int length, OutputStream to) throws IOException {
      if (isTrickling()) {
        for (int i = 0; i < length; i++) {
          to.write(bytes, i, 1);
        }
      } else {
        to.write(bytes, 0, length);
      }
    }

    void reset() {
      hardClose(client);
      hardClose(server);
    }

    void halfClose() {
      try {
        client.shutdownOutput();
      } catch (IOException e) {
        // Closed already.
      }
    }

    void close() {
      try {
        client.close();
        server.close();
      } catch (IOException e) {
        // Closed already.
      }
    }
  }
}
