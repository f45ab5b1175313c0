package dev.weir.gateway.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An MCP server that answers each method as it was told, and keeps what it was sent. */
final class ScriptedServer implements AutoCloseable {
  /** Answers one message; {@code id} is the JSON of the request's id. */
  @FunctionalInterface
  interface Script {
    void answer(HttpExchange exchange, String id) throws IOException;
  }

  private final HttpServer server;
  private final Map<String, Script> scripts = new ConcurrentHashMap<>();
  private final List<JsonNode> received = new CopyOnWriteArrayList<>();
  private final List<String> headers = new CopyOnWriteArrayList<>();

  ScriptedServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/mcp", this::handle);
    server.createContext("/", ScriptedServer::notFound);
    server.start();
    on(
        "initialize",
        (exchange, id) -> {
          exchange.getResponseHeaders().add("Mcp-Session-Id", "s1");
          json(exchange, id, "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}");
        });
  }

  /** The server's own 404 closes the connection under a client that is still sending. */
  private static void notFound(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    send(exchange, 404, "text/plain", "");
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/mcp";
  }

  ScriptedServer on(String method, Script script) {
    scripts.put(method, script);
    return this;
  }

  /** Answers with a result as JSON. */
  ScriptedServer result(String method, String result) {
    return on(method, (exchange, id) -> json(exchange, id, result));
  }

  /** Answers with events; {@code $ID} stands for the request's id. */
  ScriptedServer events(String method, String... messages) {
    return on(
        method,
        (exchange, id) -> {
          var body = new StringBuilder(": hello\n\n");
          for (String message : messages) {
            body.append("event: message\ndata: ").append(message.replace("$ID", id)).append("\n\n");
          }
          send(exchange, 200, "text/event-stream", body.toString());
        });
  }

  /** Every message it was sent, in order; a DELETE is one with the method {@code DELETE}. */
  List<String> methods() {
    return received.stream().map(message -> message.path("method").asString("answer")).toList();
  }

  JsonNode received(int index) {
    return received.get(index);
  }

  /** The session id and the version that came with each message. */
  List<String> headers() {
    return headers;
  }

  static void json(HttpExchange exchange, String id, String result) throws IOException {
    send(
        exchange,
        200,
        "application/json",
        "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + result + "}");
  }

  static void error(HttpExchange exchange, String id, int code, String message) throws IOException {
    send(
        exchange,
        200,
        "application/json",
        "{\"jsonrpc\":\"2.0\",\"id\":"
            + id
            + ",\"error\":{\"code\":"
            + code
            + ",\"message\":\""
            + message
            + "\"}}");
  }

  static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private void handle(HttpExchange exchange) throws IOException {
    var given = exchange.getRequestHeaders();
    headers.add(
        given.getFirst("Mcp-Session-Id")
            + " "
            + given.getFirst("MCP-Protocol-Version")
            + " "
            + given.getFirst("Authorization"));
    String http = exchange.getRequestMethod();
    if (!http.equals("POST")) {
      received.add(JsonMapper.shared().createObjectNode().put("method", http));
      Script script = scripts.get(http);
      if (script == null) {
        send(exchange, 200, "text/plain", "");
      } else {
        script.answer(exchange, String.valueOf(given.getFirst("Last-Event-ID")));
      }
      return;
    }
    JsonNode message = JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes());
    received.add(message);
    Script script = scripts.get(message.path("method").asString(""));
    if (message.has("id") && message.has("method") && script != null) {
      script.answer(exchange, message.get("id").toString());
    } else {
      send(exchange, message.has("id") && message.has("method") ? 500 : 202, "text/plain", "");
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
