package dev.weir.gateway.kit;

import dev.weir.mcp.kit.WireClient;
import dev.weir.mcp.kit.WireEvent;
import dev.weir.mcp.kit.WireExchange;
import dev.weir.pool.kit.Patience;
import dev.weir.tcp.Address;
import dev.weir.tcp.Framing;
import dev.weir.tcp.TcpConnection;
import dev.weir.tcp.TcpConnections;
import dev.weir.tcp.TcpOptions;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client of either era at the level of messages, over any wire: what it sends goes out as it is,
 * and all that comes stands in one line, as it came.
 */
public abstract class MessageClient implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final BlockingQueue<String> came = new LinkedBlockingQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Sends one message. */
  public abstract void send(String message) throws IOException;

  @Override
  public abstract void close() throws IOException;

  final void received(String message) {
    came.add(message);
  }

  final void ended() {
    ended.countDown();
  }

  /** Waits until the other side has closed the connection, where the wire has one. */
  public final void awaitEnd() throws InterruptedException {
    if (!ended.await(Patience.LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new AssertionError("the connection is still open");
    }
  }

  /** The next message for which this holds; those before it are dropped. */
  public final String next(Predicate<JsonNode> wanted) throws InterruptedException {
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    List<String> dropped = new ArrayList<>();
    while (true) {
      String message = came.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (message == null) {
        throw new AssertionError("the message that was waited for did not come, but " + dropped);
      }
      if (wanted.test(JSON.readTree(message))) {
        return message;
      }
      dropped.add(message);
    }
  }

  /** The response to this request; what comes before it is dropped. {@code id} is JSON text. */
  public final String response(String id) throws InterruptedException {
    return next(message -> !message.has("method") && message.path("id").toString().equals(id));
  }

  /** Sends a request and waits for its response. */
  public final String call(String id, String method, String params)
      throws IOException, InterruptedException {
    send(request(id, method, params));
    return response(id);
  }

  /** A request as text. */
  public static String request(String id, String method, String params) {
    return "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"%s\",\"params\":%s}"
        .formatted(id, method, params);
  }

  /** The notification that takes a request back. {@code id} is JSON text. */
  public static String cancelled(String id) {
    return "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":%s}}"
        .formatted(id);
  }

  /** Shakes hands, as the legacy era does; declares sampling. */
  public final MessageClient open(String version) throws IOException, InterruptedException {
    String result =
        call(
            "0",
            "initialize",
            "{\"protocolVersion\":\"%s\",\"capabilities\":{\"sampling\":{}},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}"
                .formatted(version));
    if (!JSON.readTree(result).has("result")) {
      throw new AssertionError("initialize: " + result);
    }
    send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    return this;
  }

  /** Over Streamable HTTP. */
  public static MessageClient http(String url) {
    return new Http(new WireClient(URI.create(url)));
  }

  /** Over Streamable HTTP of the modern era, where who leaves has cancelled. */
  public static MessageClient modernHttp(String url) {
    return new ModernHttp(new WireClient(URI.create(url)));
  }

  /** In lines over the standard input and output of a program, which ends with this. */
  public static MessageClient program(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    return new Lines(
        process.getInputStream(),
        process.getOutputStream(),
        () -> {
          process.getOutputStream().close();
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
        });
  }

  /** In lines over a socket, which is closed with this. */
  public static MessageClient socket(Socket socket) throws IOException {
    return new Lines(socket.getInputStream(), socket.getOutputStream(), socket);
  }

  /** In lines over a socket at an address such as {@code 127.0.0.1:9000} or {@code unix:/a/b}. */
  public static MessageClient socket(String address) throws IOException {
    TcpOptions options =
        TcpOptions.defaults().withConnectTimeout(Patience.LIMIT).withMaxFrame(1 << 26);
    return new Connected(TcpConnections.open(Address.parse(address), Framing.lines(), options));
  }

  /** Over HTTP+SSE; the URL is that of the stream. */
  public static MessageClient sse(String url) throws IOException {
    return new Sse(url);
  }

  /** Over a WebSocket, with the JDK's client. */
  public static MessageClient webSocket(String url) {
    return webSocket(url, Map.of());
  }

  /** The same with these headers in its handshake. */
  public static MessageClient webSocket(String url, Map<String, String> headers) {
    return new Socketed(HttpClient.newHttpClient(), url, headers);
  }

  /** The same over TLS. */
  public static MessageClient webSocket(
      String url, Map<String, String> headers, SSLContext context) {
    return new Socketed(HttpClient.newBuilder().sslContext(context).build(), url, headers);
  }

  private static final class Connected extends MessageClient {
    private final TcpConnection connection;

    Connected(TcpConnection connection) {
      this.connection = connection;
      Thread.startVirtualThread(
          () -> {
            try {
              while (true) {
                received(new String(connection.read(), StandardCharsets.UTF_8));
              }
            } catch (IOException e) {
              // Closed.
            } finally {
              ended();
            }
          });
    }

    @Override
    public void send(String message) throws IOException {
      connection.write(message.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
      connection.close();
    }
  }

  private static final class Sse extends MessageClient {
    private final WireExchange stream;
    private final URI endpoint;

    Sse(String url) throws IOException {
      stream = new WireClient(URI.create(url)).listen(null);
      endpoint = URI.create(url).resolve(stream.nextMessage(Patience.LIMIT));
      Thread.startVirtualThread(
          () -> {
            try {
              for (WireEvent event = next(); event != null; event = next()) {
                if (!event.data().isEmpty()) {
                  received(event.data());
                }
              }
            } catch (IOException e) {
              // Closed.
            } finally {
              ended();
            }
          });
    }

    private @Nullable WireEvent next() throws IOException {
      return stream.nextEvent(Patience.LIMIT);
    }

    @Override
    public void send(String message) throws IOException {
      WireClient.Reply reply = new WireClient(endpoint).post(message, Map.of());
      if (reply.status() != 202) {
        throw new AssertionError("not taken: " + reply);
      }
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }

  private static final class Socketed extends MessageClient implements WebSocket.Listener {
    private final HttpClient http;
    private final StringBuilder text = new StringBuilder();
    private final WebSocket socket;

    Socketed(HttpClient http, String url, Map<String, String> headers) {
      this.http = http;
      WebSocket.Builder builder = http.newWebSocketBuilder().subprotocols("mcp");
      headers.forEach(builder::header);
      socket = builder.buildAsync(URI.create(url.replaceFirst("^http", "ws")), this).join();
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        received(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
      ended();
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      ended();
    }

    @Override
    public synchronized void send(String message) {
      socket.sendText(message, true).join();
    }

    @Override
    public void close() {
      socket.abort();
      http.shutdownNow();
    }
  }

  private static final class Lines extends MessageClient {
    private final OutputStream out;
    private final Closeable wire;

    Lines(InputStream in, OutputStream out, Closeable wire) {
      this.out = out;
      this.wire = wire;
      var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    received(line);
                  }
                } catch (IOException e) {
                  // Closed.
                } finally {
                  ended();
                }
              });
    }

    @Override
    public synchronized void send(String message) throws IOException {
      out.write((message + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    }

    @Override
    public void close() throws IOException {
      wire.close();
    }
  }

  private static class Http extends MessageClient {
    final WireClient wire;

    Http(WireClient wire) {
      this.wire = wire;
    }

    @Override
    public void send(String message) throws IOException {
      JsonNode json = JSON.readTree(message);
      WireExchange exchange = wire.send("POST", Map.of(), message, json.path("id").toString());
      String method = json.path("method").asString("");
      if (method.equals("initialize")) {
        wire.in(exchange.header("Mcp-Session-Id"));
      }
      if (method.isEmpty() || !json.has("id")) {
        exchange.status(); // taken, before anything else is sent
        exchange.close();
      } else {
        pump(exchange);
      }
      if (method.equals("notifications/initialized")) {
        WireExchange stream = wire.listen(null);
        stream.status(); // or what is told now would have nobody to hear it
        pump(stream);
      }
    }

    final void pump(WireExchange exchange) {
      Thread.startVirtualThread(
          () -> {
            try (exchange) {
              if (!exchange.isEventStream()) {
                received(exchange.reply().body());
                return;
              }
              for (WireEvent event = next(exchange); event != null; event = next(exchange)) {
                if (!event.data().isEmpty()) {
                  received(event.data());
                }
              }
            } catch (IOException e) {
              // Closed.
            }
          });
    }

    private static @Nullable WireEvent next(WireExchange exchange) throws IOException {
      return exchange.nextEvent(Patience.LIMIT);
    }

    @Override
    public void close() throws IOException {
      wire.delete();
      wire.close();
    }
  }

  private static final class ModernHttp extends Http {
    private final Map<String, WireExchange> running = new ConcurrentHashMap<>();

    ModernHttp(WireClient wire) {
      super(wire);
    }

    @Override
    public void send(String message) throws IOException {
      JsonNode json = JSON.readTree(message);
      JsonNode params = json.path("params");
      String method = json.path("method").asString("");
      if (method.equals("notifications/cancelled")) {
        WireExchange left = running.remove(params.path("requestId").toString());
        if (left != null) {
          left.close();
        }
        return;
      }
      String id = json.path("id").toString();
      Map<String, String> headers = ModernClient.headers(method, params.toString());
      WireExchange exchange = wire.send("POST", headers, message, id);
      running.put(id, exchange);
      pump(exchange);
    }

    @Override
    public void close() throws IOException {
      for (WireExchange exchange : running.values()) {
        exchange.close();
      }
      wire.close();
    }
  }
}
