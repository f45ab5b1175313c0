package dev.weir.gateway.kit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Streamable HTTP server in this JVM that forgets its sessions, or dies and comes back on the
 * same port. It keeps every message that reached it, in all of its lives, and answers 404 to
 * sessions that it does not know. At {@code /sse} it speaks HTTP+SSE, and nothing else.
 *
 * <p>Tools: {@code incr} counts in the session; {@code state} tells what the session was told;
 * {@code act}, and {@code look}, which is declared read-only, answer when nothing {@linkplain #hold
 * holds} them; {@code touch} updates a resource for the sessions that have subscribed to it.
 */
public final class MortalHttpServer implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();
  private final Map<OutputStream, Session> streams = new ConcurrentHashMap<>();
  private final AtomicInteger lastSession = new AtomicInteger();
  private volatile boolean streaming = true;
  private volatile CountDownLatch held = new CountDownLatch(0);
  private HttpServer server;
  private ExecutorService threads;

  private static final class Session {
    private final AtomicInteger count = new AtomicInteger();
    private final Set<String> subscribed = new ConcurrentSkipListSet<>();
    private volatile boolean initialized;
    private volatile String level = "none";

    /** Of HTTP+SSE. */
    private volatile OutputStream out;
  }

  public MortalHttpServer() throws IOException {
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server = serve(0);
  }

  private HttpServer serve(int port) throws IOException {
    var started =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    started.setExecutor(threads);
    started.createContext("/mcp", this::handle);
    started.createContext("/sse", this::handleOld);
    started.createContext("/messages", this::handlePosted);
    started.start();
    return started;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** How many messages that contain this have reached it. */
  public long heard(String part) {
    return heard.stream().filter(message -> message.contains(part)).count();
  }

  /** Standing streams that are open. */
  public int streams() {
    return streams.size();
  }

  /** Sessions that it has and that were not ended with {@code DELETE}. */
  public int sessions() {
    return sessions.size();
  }

  /** From now on it has no streams, and knows no better than to answer 404 to who wants one. */
  public void stopStreaming() {
    streaming = false;
  }

  /** Forgets every session; streams and calls in progress go on. */
  public void forget() {
    sessions.clear();
  }

  /** Ends, with all sessions and connections, and comes back on the same port. */
  public void restart() throws IOException {
    int port = port();
    stop();
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server = serve(port);
  }

  /** From now on {@code act} and {@code look} are not answered. */
  public void hold() {
    held = new CountDownLatch(1);
  }

  /** Lets those go that are held, and those that come. */
  public void release() {
    held.countDown();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String id = exchange.getRequestHeaders().getFirst("Mcp-Session-Id");
      byte[] body = exchange.getRequestBody().readAllBytes();
      Session session = id == null ? null : sessions.get(id);
      boolean noSuchPage = exchange.getRequestMethod().equals("GET") && !streaming;
      if (noSuchPage || (id != null && session == null)) {
        respond(exchange, 404, "{\"error\":\"no such session\"}");
      } else if (exchange.getRequestMethod().equals("GET")) {
        stream(exchange, session, ": hello\n\n");
      } else if (!exchange.getRequestMethod().equals("POST")) {
        sessions.remove(String.valueOf(id));
        respond(exchange, 200, "");
      } else {
        String text = new String(body, StandardCharsets.UTF_8);
        heard.add(text);
        answer(exchange, session, JSON.readTree(text));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void handleOld(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      if (!exchange.getRequestMethod().equals("GET")) {
        respond(exchange, 405, "");
        return;
      }
      String id = "session-" + lastSession.incrementAndGet();
      Session session = new Session();
      sessions.put(id, session);
      try {
        stream(exchange, session, "event: endpoint\ndata: /messages?session=" + id + "\n\n");
      } finally {
        sessions.remove(id, session);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void handlePosted(HttpExchange exchange) throws IOException {
    try (exchange) {
      String text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String id = exchange.getRequestURI().getQuery().substring("session=".length());
      Session session = sessions.get(id);
      if (session == null) {
        respond(exchange, 404, "{\"error\":\"no such session\"}");
        return;
      }
      heard.add(text);
      respond(exchange, 202, "");
      JsonNode message = JSON.readTree(text);
      String method = message.path("method").asString("");
      session.initialized |= method.equals("notifications/initialized");
      if (message.has("id") && message.has("method")) {
        String result = result(session, method, message.path("params"));
        send(
            session.out,
            "data: {\"jsonrpc\":\"2.0\",\"id\":"
                + message.get("id")
                + ",\"result\":"
                + result
                + "}\n\n");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stream(HttpExchange exchange, Session session, String beginning)
      throws IOException, InterruptedException {
    exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    if (session != null) {
      session.out = out; // before its client can know where to post
    }
    out.write(beginning.getBytes(StandardCharsets.UTF_8));
    out.flush();
    streams.put(out, session);
    try {
      while (true) { // until the client has left, or this server ends
        Thread.sleep(20);
        send(out, ": \n\n");
      }
    } finally {
      streams.remove(out);
    }
  }

  private static void send(OutputStream out, String event) throws IOException {
    synchronized (out) {
      out.write(event.getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
  }

  /** Tells the sessions that have subscribed to a resource that it has changed. */
  public String touch(String uri) throws IOException {
    for (Map.Entry<OutputStream, Session> stream : streams.entrySet()) {
      if (stream.getValue().subscribed.contains(uri)) {
        send(
            stream.getKey(),
            "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\","
                + "\"params\":{\"uri\":\""
                + uri
                + "\"}}\n\n");
      }
    }
    return "done";
  }

  private void answer(HttpExchange exchange, Session session, JsonNode message)
      throws IOException, InterruptedException {
    String method = message.path("method").asString("");
    if (method.equals("initialize")) {
      String id = "session-" + lastSession.incrementAndGet();
      sessions.put(id, new Session());
      exchange.getResponseHeaders().add("Mcp-Session-Id", id);
    } else if (session == null) {
      respond(exchange, 400, "");
      return;
    } else if (!message.has("id")) {
      session.initialized |= method.equals("notifications/initialized");
      respond(exchange, 202, "");
      return;
    }
    String result = result(session, method, message.path("params"));
    respond(
        exchange,
        200,
        "{\"jsonrpc\":\"2.0\",\"id\":" + message.get("id") + ",\"result\":" + result + "}");
  }

  private String result(Session session, String method, JsonNode params)
      throws IOException, InterruptedException {
    switch (method) {
      case "initialize":
        return """
            {"protocolVersion":%s,"serverInfo":{"name":"weir-mortal","version":"1"},\
            "capabilities":{"logging":{},"tools":{"listChanged":true},"resources":{"subscribe":true}}}"""
            .formatted(params.get("protocolVersion"));
      case "logging/setLevel":
        session.level = params.get("level").asString();
        return "{}";
      case "resources/subscribe":
        session.subscribed.add(params.get("uri").asString());
        return "{}";
      case "resources/unsubscribe":
        session.subscribed.remove(params.get("uri").asString());
        return "{}";
      case "tools/list":
        return """
            {"tools":[{"name":"act","inputSchema":{"type":"object"}},\
            {"name":"look","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}}]}""";
      case "tools/call":
        String text = JSON.writeValueAsString(call(session, params));
        return "{\"content\":[{\"type\":\"text\",\"text\":" + text + "}]}";
      default:
        return "{}";
    }
  }

  private String call(Session session, JsonNode params) throws IOException, InterruptedException {
    switch (params.path("name").asString("")) {
      case "incr":
        return String.valueOf(session.count.incrementAndGet());
      case "state":
        return session.initialized + " " + session.level + " " + session.subscribed;
      case "touch":
        return touch(params.path("arguments").path("uri").asString(""));
      default:
        held.await();
        return "done";
    }
  }

  private static void respond(HttpExchange exchange, int status, String json) throws IOException {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
  }

  private void stop() {
    server.stop(0);
    threads.shutdownNow();
    sessions.clear();
  }

  @Override
  public void close() {
    stop();
  }
}
