package dev.weir.mcp.internal.listener;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weir.mcp.SocketServer;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The listening socket and the connections it let in.
 *
 * <p>A connection is entered in {@code clients} before it looks at {@code closed}, and {@link
 * #close} sets the flag before it walks the set. So one that is accepted at that moment is found by
 * one of the two.
 */
public final class LineServer implements SocketServer {
  private static final Logger LOG = System.getLogger("dev.weir.mcp.listener");
  private static final int BACKLOG = 1024;
  private static final byte[] TOO_MANY =
      """
      {"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"too many connections \
      (limits.connections); come back later"}}
      """
          .getBytes(US_ASCII);

  private final Options options;
  private final Handler handler;
  private final ServerSocketChannel listening;
  private final @Nullable SocketFile file;
  private final SocketAddress address;
  private final AcceptLoop accepting;
  private final Thread slowReaders;
  private final Set<SocketClient> clients = ConcurrentHashMap.newKeySet();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger count = new AtomicInteger();
  private volatile boolean closed;

  private LineServer(
      Options options, Handler handler, ServerSocketChannel listening, @Nullable SocketFile file)
      throws IOException {
    this.options = options;
    this.handler = handler;
    this.listening = listening;
    this.file = file;
    // The file was bound elsewhere and moved.
    this.address = file == null ? listening.getLocalAddress() : options.listen();
    this.accepting = new AcceptLoop(place(), () -> admit(listening.accept()), listening);
    this.slowReaders = Thread.ofVirtual().name("weir-slow-readers").unstarted(this::endSlowReaders);
  }

  /** Binds and starts to serve. */
  public static SocketServer start(Options options, Handler handler) throws IOException {
    LineServer server;
    if (options.listen() instanceof UnixDomainSocketAddress unix) {
      SocketFile.Bound bound = SocketFile.bind(unix.getPath());
      server = new LineServer(options, handler, bound.channel(), bound.file());
    } else {
      server = new LineServer(options, handler, bind(options.listen()), null);
    }
    server.accepting.start();
    server.slowReaders.start();
    return server;
  }

  private static ServerSocketChannel bind(SocketAddress address) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      return channel.bind(address, BACKLOG);
    } catch (IOException e) {
      channel.close();
      throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      channel.close();
      throw new IOException("cannot listen on " + address + ": no such address", e);
    }
  }

  private String place() {
    return address instanceof InetSocketAddress inet
        ? inet.getHostString() + ":" + inet.getPort()
        : "unix:" + address;
  }

  /** On the accept loop's thread. */
  private void admit(SocketChannel channel) throws IOException {
    if (!options.hasRoom().getAsBoolean()) {
      turnAway(channel);
      return;
    }
    open.incrementAndGet();
    boolean served = false;
    try {
      if (file == null) SocketHttpServer.setOptions(channel.socket());
      serve(channel);
      served = true;
    } catch (IOException e) {
      // Reset before its first message: no sign that accepting is in trouble.
      LOG.log(Level.DEBUG, () -> "a client left at once: " + e);
    } finally {
      if (!served) {
        open.decrementAndGet();
        channel.close();
      }
    }
  }

  private void serve(SocketChannel channel) {
    String name = "client " + count.incrementAndGet() + " on " + place();
    var client = new SocketClient(channel, options.maxMessage(), name);
    clients.add(client);
    try {
      Thread.ofVirtual().name(name).start(() -> serve(client));
    } catch (RuntimeException | Error e) {
      clients.remove(client);
      throw e;
    }
    if (closed) client.close();
  }

  private void serve(SocketClient client) {
    try {
      handler.serve(client);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, client.describe() + " ended by a defect", e);
    } finally {
      client.close();
      clients.remove(client);
      open.decrementAndGet();
    }
  }

  /** Does not block: what is told fits into the buffer of a socket that is new. */
  private static void turnAway(SocketChannel channel) throws IOException {
    try (channel) {
      channel.configureBlocking(false);
      channel.write(ByteBuffer.wrap(TOO_MANY));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, () -> "a client that was to be turned away has left: " + e);
    }
  }

  /** A blocked write has no timeout of its own. */
  private void endSlowReaders() {
    Duration round = options.writeTimeout().dividedBy(4).plusMillis(1);
    try {
      while (true) {
        Thread.sleep(round);
        clients.forEach(client -> client.closeIfStuck(options.writeTimeout()));
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  @Override
  public SocketAddress address() {
    return address;
  }

  @Override
  public int connections() {
    return open.get();
  }

  @Override
  public void stopAccepting() {
    if (file != null) file.remove();
    accepting.stop();
  }

  @Override
  public void close() {
    closed = true;
    stopAccepting();
    slowReaders.interrupt();
    clients.forEach(SocketClient::close);
  }
}
