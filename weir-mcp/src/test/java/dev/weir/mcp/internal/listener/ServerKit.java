package dev.weir.mcp.internal.listener;

import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.HttpServer;
import dev.weir.mcp.Transports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** Servers and clients of one test, closed after it. */
abstract class ServerKit {
  static final Map<String, String> TEXT = Map.of("Content-Type", "text/plain");

  private final List<AutoCloseable> opened = new ArrayList<>();
  int maxConnections = 2000;
  long maxBody = 100_000;

  // Longer than any test waits: what a test sees end has not ended by one of these.
  Duration headTimeout = Duration.ofMinutes(5);
  Duration keepAlive = Duration.ofMinutes(5);
  Duration writeTimeout = Duration.ofMinutes(5);

  HttpServer.Options options() {
    return new HttpServer.Options(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        () -> maxConnections,
        maxBody,
        headTimeout,
        keepAlive,
        writeTimeout);
  }

  HttpServer serve(HttpExchange.Handler handler) throws IOException {
    return closeLater(Transports.httpServer(options(), handler));
  }

  RawClient connect(HttpServer server) throws IOException {
    return closeLater(new RawClient(server.address()));
  }

  <T extends AutoCloseable> T closeLater(T resource) {
    opened.add(0, resource);
    return resource;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static void answer(HttpExchange exchange, String text) throws IOException {
    exchange.respond(200, TEXT, utf8(text));
  }

  /** Answers with the method, the path and the body, as the server understood them. */
  static void echo(HttpExchange exchange) throws IOException {
    byte[] body = exchange.body();
    answer(
        exchange,
        exchange.method()
            + " "
            + exchange.path()
            + (exchange.query() == null ? "" : " ?" + exchange.query())
            + " "
            + new String(body, StandardCharsets.UTF_8));
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable resource : opened) {
      resource.close();
    }
  }
}
