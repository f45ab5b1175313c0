package dev.weir.mcp.internal.listener;

import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.net.ExtendedSocketOptions;

/**
 * The listening socket and the connections it let in.
 *
 * <p>A connection is entered in {@code connections} before it looks at {@code draining}, and {@link
 * #stopAccepting} sets the flag before it walks the set. So one that is accepted at that moment is
 * found by one of the two.
 */
public final class SocketHttpServer implements HttpServer {
  private static final int BACKLOG = 1024;
  private static final int PROBE_AFTER_SECONDS = 60;
  private static final int PROBE_EVERY_SECONDS = 15;
  private static final int PROBES = 4;

  private final Options options;
  private final HttpExchange.Handler handler;
  private final InetSocketAddress address;
  private final AcceptLoop accepting;
  private final Thread slowReaders;
  private final Refusal refusal = new Refusal();
  private final Set<ClientConnection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger open = new AtomicInteger();
  private volatile boolean draining;
  private volatile boolean closed;

  private SocketHttpServer(Options options, HttpExchange.Handler handler, ServerSocket listening) {
    this.options = options;
    this.handler = handler;
    this.address = (InetSocketAddress) listening.getLocalSocketAddress();
    this.accepting =
        new AcceptLoop("port " + address.getPort(), () -> admit(listening.accept()), listening);
    this.slowReaders = Thread.ofVirtual().name("weir-slow-readers").unstarted(this::endSlowReaders);
  }

  /** A blocked write has no timeout of its own. */
  private void endSlowReaders() {
    Duration round = options.writeTimeout().dividedBy(4).plusMillis(1);
    try {
      while (true) {
        Thread.sleep(round);
        connections.forEach(ClientConnection::closeIfStuck);
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** Binds and starts to serve. */
  public static HttpServer start(Options options, HttpExchange.Handler handler) throws IOException {
    ServerSocket listening = new ServerSocket();
    try {
      listening.setReuseAddress(true);
      listening.bind(options.listen(), BACKLOG);
    } catch (IOException e) {
      listening.close();
      throw new IOException("cannot listen on " + options.listen() + ": " + e.getMessage(), e);
    }
    return start(options, handler, listening);
  }

  static SocketHttpServer start(
      Options options, HttpExchange.Handler handler, ServerSocket listening) {
    SocketHttpServer server = new SocketHttpServer(options, handler, listening);
    server.accepting.start();
    server.slowReaders.start();
    return server;
  }

  /** On the accept loop's thread, the only one that adds to {@code open}. */
  private void admit(Socket socket) {
    if (open.get() >= options.maxConnections().getAsInt()) {
      turnAway(socket);
      return;
    }
    open.incrementAndGet();
    try {
      setOptions(socket);
      serve(new ClientConnection(socket, options, handler, () -> draining, this::ended));
    } catch (IOException e) {
      // Reset before its first request: no sign that accepting is in trouble.
      open.decrementAndGet();
      Refusal.closeQuietly(socket);
    } catch (RuntimeException | Error e) {
      open.decrementAndGet();
      Refusal.closeQuietly(socket);
      throw e;
    }
  }

  private void turnAway(Socket socket) {
    try {
      refusal.turnAway(options.security() == null ? socket : options.security().over(socket));
    } catch (IOException e) {
      Refusal.closeQuietly(socket);
    }
  }

  private void serve(ClientConnection connection) {
    connections.add(connection);
    try {
      connection.start();
    } catch (RuntimeException | Error e) {
      connections.remove(connection);
      throw e;
    }
    if (closed) {
      connection.close();
    } else if (draining) {
      connection.closeIfIdle();
    }
  }

  /** The probes let a watcher notice a client whose host has vanished without a word. */
  static void setOptions(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setKeepAlive(true);
    if (socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
      socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, PROBE_AFTER_SECONDS);
      socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, PROBE_EVERY_SECONDS);
      socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, PROBES);
    }
  }

  private void ended(ClientConnection connection) {
    connections.remove(connection);
    open.decrementAndGet();
  }

  @Override
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public int connections() {
    return open.get();
  }

  @Override
  public void stopAccepting() {
    draining = true;
    accepting.stop();
    connections.forEach(ClientConnection::closeIfIdle);
  }

  @Override
  public void close() {
    draining = true;
    closed = true;
    accepting.stop();
    slowReaders.interrupt();
    connections.forEach(ClientConnection::close);
  }
}
