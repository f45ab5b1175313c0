package dev.weir.mcp;

import dev.weir.http.HttpConnections;
import dev.weir.mcp.internal.bridge.EitherEraConnector;
import dev.weir.mcp.internal.listener.LineChannel;
import dev.weir.mcp.internal.listener.LineServer;
import dev.weir.mcp.internal.listener.SocketHttpServer;
import dev.weir.mcp.internal.listener.WebSocketChannel;
import dev.weir.mcp.internal.process.Orphans;
import dev.weir.mcp.internal.upstream.HttpOrSseConnector;
import dev.weir.mcp.internal.upstream.HttpUpstreamConnector;
import dev.weir.mcp.internal.upstream.InProcessConnector;
import dev.weir.mcp.internal.upstream.SocketConnector;
import dev.weir.mcp.internal.upstream.SseConnector;
import dev.weir.mcp.internal.upstream.StdioConnector;
import dev.weir.mcp.internal.upstream.WebSocketConnector;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The door to the wires: upstreams to connect to, listeners for clients. */
public final class Transports {
  private Transports() {}

  /** A process for each conversation. */
  public static UpstreamConnector stdio(StdioOptions options) {
    return new StdioConnector(options);
  }

  /**
   * Ends processes that {@link #stdio} started in a JVM that is no more, with all that they
   * started: what is left when a JVM and the guard of its processes were both killed. Takes two
   * seconds when some ignore SIGTERM. Returns how many there were.
   */
  public static int endOrphans() {
    return Orphans.end();
  }

  /** What {@link #endOrphans} would end. */
  public static List<ProcessHandle> orphans() {
    return Orphans.find();
  }

  /** An object in this JVM, opened anew for each conversation. */
  public static UpstreamConnector inProcess(String name, InProcessServer server) {
    return new InProcessConnector(name, server);
  }

  /**
   * Streamable HTTP; all conversations share the connections of their origin. The connections stay
   * open when the connector is closed.
   */
  public static UpstreamConnector http(HttpUpstreamOptions options, HttpConnections connections) {
    return new HttpUpstreamConnector(options, connections);
  }

  /** HTTP+SSE (2024-11-05); otherwise as {@link #http}. */
  public static UpstreamConnector sse(HttpUpstreamOptions options, HttpConnections connections) {
    return new SseConnector(options, connections);
  }

  /**
   * Streamable HTTP, or HTTP+SSE where the server turns out to speak nothing newer; otherwise as
   * {@link #http}.
   */
  public static UpstreamConnector httpOrSse(
      HttpUpstreamOptions options, HttpConnections connections) {
    return new HttpOrSseConnector(options, connections);
  }

  /** A WebSocket for each conversation. */
  public static UpstreamConnector webSocket(WebSocketOptions options) {
    return new WebSocketConnector(options);
  }

  /**
   * A client whose messages are lines: on standard input and output, or on a socket.
   *
   * @param wire closed with the channel; that must end a read or write that blocks
   * @param maxMessage the longest line in bytes; a longer one ends the channel
   * @param description what {@link ClientChannel#describe} says
   */
  public static ClientChannel lines(
      InputStream in, OutputStream out, AutoCloseable wire, long maxMessage, String description) {
    return new LineChannel(in, out, wire, maxMessage, description);
  }

  /** Whether a client asks for its connection to become a WebSocket. */
  public static boolean asksForWebSocket(HttpExchange exchange) {
    return WebSocketChannel.isAsked(exchange);
  }

  /**
   * Makes the connection a WebSocket, until the handler returns.
   *
   * @return null when the client's handshake is not in order, and it has been answered so
   */
  public static @Nullable ClientChannel webSocket(HttpExchange exchange) throws IOException {
    return WebSocketChannel.open(exchange);
  }

  /** A TCP or Unix socket for each conversation, one message a line. */
  public static UpstreamConnector tcp(SocketUpstreamOptions options) {
    return new SocketConnector(options);
  }

  /** Binds and starts to serve clients that speak one message a line. */
  public static SocketServer socketServer(
      SocketServer.Options options, SocketServer.Handler handler) throws IOException {
    return LineServer.start(options, handler);
  }

  /**
   * The same upstream for clients of either era, whichever it speaks itself: a legacy conversation
   * is translated where the upstream speaks the modern protocol alone.
   *
   * @param name the upstream's name, for messages
   * @param wire knows how to hold a conversation of each era; closed with what is returned
   * @param only the era that the upstream is known to speak; null to find out
   */
  public static UpstreamConnector eitherEra(
      String name, UpstreamConnector wire, @Nullable Era only) {
    return new EitherEraConnector(name, wire, only, System::nanoTime);
  }

  /** Binds and starts to serve. */
  public static HttpServer httpServer(HttpServer.Options options, HttpExchange.Handler handler)
      throws IOException {
    return SocketHttpServer.start(options, handler);
  }
}
