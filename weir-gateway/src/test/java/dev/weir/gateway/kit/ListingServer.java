package dev.weir.gateway.kit;

import static java.util.Locale.ROOT;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A small MCP server over HTTP whose lists a test decides, and how long it takes with them. A call
 * of a tool says who was called, and by which name. Ends with the test.
 */
public final class ListingServer implements AutoCloseable {
  private final String name;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<String> held = ConcurrentHashMap.newKeySet();
  private final Set<String> headers = ConcurrentHashMap.newKeySet();
  private final List<String> called = new CopyOnWriteArrayList<>();
  private volatile List<String> tools;
  private volatile boolean broken;
  private volatile CountDownLatch gate = new CountDownLatch(1);

  public ListingServer(String name, String... tools) throws IOException {
    this.name = name;
    this.tools = List.of(tools);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/mcp", this::handle);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/mcp";
  }

  /** It has these tools from now on. */
  public void has(String... now) {
    tools = List.of(now);
  }

  /** The names of the headers that came so far, in small letters. */
  public Set<String> headers() {
    return headers;
  }

  /** The tools that were called so far, whether with an id or without. */
  public List<String> called() {
    return called;
  }

  /** From now on requests of this method wait for {@link #release}. */
  public void hold(String method) {
    held.add(method);
  }

  /** Lets those go that wait, and all that come. */
  public void release() {
    held.clear();
    gate.countDown();
    gate = new CountDownLatch(1);
  }

  /** Answers 500 to everything from now on. */
  public void breaks() {
    broken = true;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      CountDownLatch waits = gate;
      exchange.getRequestHeaders().keySet().forEach(name -> headers.add(name.toLowerCase(ROOT)));
      JsonNode message = JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes());
      String method = message.path("method").asString("");
      if (method.equals("tools/call")) {
        called.add(message.path("params").path("name").asString(""));
      }
      if (held.contains(method)) {
        waits.await();
      }
      if (broken || !exchange.getRequestMethod().equals("POST")) {
        exchange.sendResponseHeaders(broken ? 500 : 405, -1);
      } else if (message.has("id")) {
        answer(exchange, message, result(method, message.path("params")));
      } else {
        exchange.sendResponseHeaders(202, -1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String result(String method, JsonNode params) {
    return switch (method) {
      case "initialize" ->
          """
          {"protocolVersion":%s,"capabilities":{"tools":{"listChanged":true},"resources":{}},\
          "serverInfo":{"name":"listing","version":"1"}}"""
              .formatted(params.get("protocolVersion"));
      case "tools/list" ->
          tools.stream()
              .map(tool -> "{\"name\":\"" + tool + "\",\"inputSchema\":{\"type\":\"object\"}}")
              .collect(Collectors.joining(",", "{\"tools\":[", "]}"));
      case "resources/list" ->
          """
          {"resources":[{"uri":"open://%1$s","name":"a"},{"uri":"secret://%1$s","name":"b"}]}"""
              .formatted(name);
      case "resources/read" ->
          "{\"contents\":[{\"uri\":%s,\"text\":\"%s\"}]}".formatted(params.get("uri"), name);
      case "tools/call" ->
          "{\"content\":[{\"type\":\"text\",\"text\":\"%s:%s\"}]}"
              .formatted(name, params.path("name").asString());
      default -> "{}";
    };
  }

  private static void answer(HttpExchange exchange, JsonNode request, String result)
      throws IOException {
    String json =
        "{\"jsonrpc\":\"2.0\",\"id\":" + request.get("id") + ",\"result\":" + result + "}";
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    release();
    server.stop(0);
    threads.shutdownNow();
  }
}
