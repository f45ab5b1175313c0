package dev.weir.gateway;

import dev.weir.gateway.admin.dashboard.AdminListener;
import dev.weir.gateway.admin.dashboard.Observed;
import dev.weir.gateway.auth.Access;
import dev.weir.gateway.config.AdminConfig;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.listener.Admission;
import dev.weir.mcp.HttpServer;
import dev.weir.mcp.Transports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The admin listener, where the configuration has one. Started once, closed once. */
final class AdminServer implements AutoCloseable {
  /** A browser has six; more than a few people look elsewhere. */
  private static final int CONNECTIONS = 64;

  private static final long MAX_BODY = 64 << 10;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private @Nullable AdminListener listener;
  private @Nullable HttpServer server;

  /**
   * Listens, if the configuration says so.
   *
   * @param config in effect, asked for each request
   * @throws IOException when the address cannot be listened on
   */
  void start(
      @Nullable AdminConfig admin,
      Supplier<GatewayConfig> config,
      Supplier<Access> access,
      Observed observed)
      throws IOException {
    if (admin == null) {
      return;
    }
    InetSocketAddress at = admin.listen().toSocketAddress();
    var door =
        new AdminListener(
            exchange -> new Admission(at, config.get().allowedHosts(), List.of()).refusal(exchange),
            access,
            observed);
    try {
      server =
          Transports.httpServer(
              new HttpServer.Options(at, () -> CONNECTIONS, MAX_BODY, PATIENCE, PATIENCE, PATIENCE),
              door);
    } catch (IOException e) {
      var named = new IOException("admin.listen " + admin.listen() + ": " + e.getMessage());
      named.addSuppressed(e);
      throw named;
    }
    listener = door;
    door.start();
  }

  /** Where it listens; null where it does not. */
  @Nullable InetSocketAddress address() {
    HttpServer started = server;
    return started == null ? null : started.address();
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    if (listener != null) {
      listener.close();
    }
  }
}
