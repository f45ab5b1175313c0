package dev.weir.redis.kit;

import dev.weir.pool.kit.SelfMade;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;

/** Speaks TLS towards clients and passes on what they say to a server that does not. */
public final class TlsFront implements AutoCloseable {
  private final ServerSocket listener;
  private final SSLContext context;
  private final int target;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  private TlsFront(ServerSocket listener, SSLContext context, int target) {
    this.listener = listener;
    this.context = context;
    this.target = target;
  }

  /**
   * Starts one.
   *
   * @param name that the certificate has, such as {@code IP:127.0.0.1}
   */
  public static TlsFront before(int port, Path directory, String name) throws Exception {
    SSLContext context = SelfMade.in(directory, name).context();
    ServerSocket listener =
        context
            .getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    TlsFront front = new TlsFront(listener, context, port);
    spawn(front::accept);
    return front;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Trusts the certificate, and nothing else. */
  public SSLContext trust() {
    return context;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(client);
        sockets.add(server);
        spawn(() -> pump(client, server));
        spawn(() -> pump(server, client));
      } catch (IOException e) {
        // Closed, which the loop's condition tells.
      }
    }
  }

  private static void pump(Socket from, Socket to) {
    try (from;
        to) {
      long unused = from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // One of them has gone: so does the other.
    }
  }

  private static void spawn(Runnable work) {
    Thread thread = new Thread(work, "tls-front");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket each : sockets) {
      each.close();
    }
  }
}
