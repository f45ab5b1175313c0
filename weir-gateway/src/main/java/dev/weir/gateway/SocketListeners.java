package dev.weir.gateway;

import dev.weir.gateway.call.Identity;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.SocketConfig;
import dev.weir.gateway.listener.ChannelSessions;
import dev.weir.gateway.listener.Entrance;
import dev.weir.gateway.route.Route;
import dev.weir.mcp.SocketServer;
import dev.weir.mcp.Transports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/**
 * The sockets on which clients speak one message a line: each leads to one route, and each of its
 * connections is a client session. Thread-safe.
 */
final class SocketListeners implements AutoCloseable {
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  private record Listener(SocketServer server, String path) {
    String place() {
      SocketAddress address = server.address();
      return address instanceof InetSocketAddress inet
          ? inet.getHostString() + ":" + inet.getPort()
          : "unix:" + address;
    }
  }

  /**
   * Listens, on all of them or none.
   *
   * @param hasRoom whether one more connection may be served
   * @param firstMessage how long a client may take to begin
   * @param writeTimeout how long a client may take nothing of what is being written to it
   */
  void start(
      GatewayConfig config,
      List<Route> routes,
      ChannelSessions channels,
      BooleanSupplier hasRoom,
      Duration firstMessage,
      Duration writeTimeout)
      throws IOException {
    for (SocketConfig socket : config.sockets()) {
      String path = socket.path();
      boolean isFile = socket.listen().file() != null; // which is its owner's alone
      var entrance =
          isFile
              ? new Entrance(path, Identity.OWNER, FurnishedUpstream.UNIX)
              : new Entrance(path, Identity.ANONYMOUS, FurnishedUpstream.TCP);
      try {
        check(path, routes);
        SocketServer server =
            Transports.socketServer(
                new SocketServer.Options(
                    socket.listen().toSocketAddress(),
                    hasRoom,
                    config.limits().requestBody().bytes(),
                    writeTimeout),
                client -> channels.serve(client, entrance, firstMessage));
        listeners.add(new Listener(server, path));
      } catch (IOException e) {
        close();
        throw new IOException("sockets: " + socket.listen() + ": " + e.getMessage(), e);
      }
    }
  }

  /** Objects of a program are upstreams too, which no configuration names. */
  private static void check(String path, List<Route> routes) throws IOException {
    List<String> paths = routes.stream().map(Route::path).toList();
    if (!paths.contains(path)) {
      throw new IOException("no route " + path + "; there are " + String.join(", ", paths));
    }
  }

  /** Where they listen, and the paths that they lead to. */
  SequencedMap<String, String> places() {
    SequencedMap<String, String> places = new LinkedHashMap<>();
    listeners.forEach(listener -> places.put(listener.place(), listener.path()));
    return places;
  }

  /** Connections that are open now. */
  int connections() {
    return listeners.stream().mapToInt(listener -> listener.server().connections()).sum();
  }

  void stopAccepting() {
    listeners.forEach(listener -> listener.server().stopAccepting());
  }

  @Override
  public void close() {
    listeners.forEach(listener -> listener.server().close());
  }
}
