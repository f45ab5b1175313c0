package dev.weir.gateway.kit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A small MCP server over HTTP with sessions, whose health a test decides. Its only tool, {@code
 * where}, says the server's name, and only to sessions that began here. Ends with the test.
 */
public final class MoodyServer implements AutoCloseable {
  /** What it does with requests. */
  public enum Mood {
    WELL,
    /** 503 to initialize; those who have a session are served. */
    FULL,
    /** 503 to everything. */
    SICK,
    /** Takes everything and closes the connection without an answer. */
    BROKEN,
    /** Takes everything and says nothing. */
    SILENT,
    /** 401 to everything. */
    STRICT
  }

  private final String name;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<String> sessions = ConcurrentHashMap.newKeySet();
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger asked = new AtomicInteger();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Mood mood = Mood.WELL;

  public MoodyServer(String name) throws IOException {
    this(name, HttpServer.create(loopback(), 0));
  }

  /** One that speaks TLS. */
  public static MoodyServer secure(String name, SSLContext tls) throws IOException {
    HttpsServer server = HttpsServer.create(loopback(), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    return new MoodyServer(name, server);
  }

  private MoodyServer(String name, HttpServer server) {
    this.name = name;
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/mcp", this::handle);
    server.start();
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /** A place where nobody listens, and nobody else will while it is held. */
  public static Socket nowhere() throws IOException {
    var held = new Socket();
    held.bind(loopback());
    return held;
  }

  public static URI url(int port) {
    return URI.create("http://127.0.0.1:" + port + "/mcp");
  }

  public URI url() {
    String scheme = server instanceof HttpsServer ? "https" : "http";
    return URI.create(scheme + "://" + place() + "/mcp");
  }

  /** Host and port. */
  public String place() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  public MoodyServer is(Mood mood) {
    this.mood = mood;
    return this;
  }

  /** Sessions that began here. */
  public int opened() {
    return opened.get();
  }

  /** Times that it was asked to initialize. */
  public int asked() {
    return asked.get();
  }

  private void handle(HttpExchange exchange) throws IOException {
    JsonNode message = JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes());
    String method = message.path("method").asString("");
    if (method.equals("initialize")) {
      asked.incrementAndGet();
    }
    switch (mood) {
      case BROKEN -> exchange.close();
      case SILENT -> keepSilent(exchange);
      case SICK -> send(exchange, 503, "");
      case STRICT -> send(exchange, 401, "");
      case FULL -> {
        if (method.equals("initialize")) {
          send(exchange, 503, "");
        } else {
          serve(exchange, message, method);
        }
      }
      case WELL -> serve(exchange, message, method);
    }
  }

  private void keepSilent(HttpExchange exchange) {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }

  private void serve(HttpExchange exchange, JsonNode message, String method) throws IOException {
    String session = exchange.getRequestHeaders().getFirst("Mcp-Session-Id");
    if (method.equals("initialize")) {
      String fresh = name + "-" + opened.incrementAndGet();
      sessions.add(fresh);
      exchange.getResponseHeaders().add("Mcp-Session-Id", fresh);
      result(
          exchange,
          message,
          """
          {"protocolVersion":"2025-11-25","capabilities":{"tools":{}},\
          "serverInfo":{"name":"moody","version":"1"}}""");
    } else if (session == null || !sessions.contains(session)) {
      send(exchange, 404, "");
    } else if (message.has("id")) {
      result(exchange, message, "{\"content\":[{\"type\":\"text\",\"text\":\"" + name + "\"}]}");
    } else {
      send(exchange, message.has("method") ? 202 : 200, "");
    }
  }

  private static void result(HttpExchange exchange, JsonNode message, String result)
      throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    send(
        exchange,
        200,
        "{\"jsonrpc\":\"2.0\",\"id\":" + message.get("id") + ",\"result\":" + result + "}");
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    ended.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
