package dev.weir.mcp.kit;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A client of one MCP endpoint over Streamable HTTP that sends what it is told, right or wrong. It
 * shares no code with what it tests: messages are text, the wire is a socket for each request.
 *
 * <pre>{@code
 * var client = new WireClient(endpoint);
 * client.open("2025-11-25", "{}");
 * assertThat(client.call("tools/list", null).response()).contains("echo");
 * try (WireExchange slow = client.begin("tools/call", "{\"name\":\"slow\"}")) {
 *   slow.nextEvent(Duration.ofSeconds(1));
 *   slow.reset();
 * }
 * }</pre>
 *
 * <p>Safe for concurrent use once the session is open.
 */
public final class WireClient implements AutoCloseable {
  private final URI endpoint;
  private final AtomicLong ids = new AtomicLong();
  private final List<WireExchange> exchanges = new CopyOnWriteArrayList<>();
  private volatile Map<String, String> always = Map.of();
  private volatile @Nullable String session;
  private volatile SocketFactory sockets = SocketFactory.getDefault();

  /** A whole answer. */
  public record Reply(
      int status, Map<String, String> headers, List<WireEvent> events, String body, String id) {

    /** The first header of this name, in any case; null when absent. */
    public @Nullable String header(String name) {
      return headers.get(name);
    }

    /** What the answer held, in its order: events that carry data, or the one message of a body. */
    public List<String> messages() {
      if (events.isEmpty()) {
        return body.isEmpty() ? List.of() : List.of(body);
      }
      return events.stream().map(WireEvent::data).filter(data -> !data.isEmpty()).toList();
    }

    /** The message that answers the request. */
    public String response() {
      return messages().stream()
          .filter(message -> WireJson.answers(message, id))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no answer to " + id + " in " + this));
    }

    /** What came before the response: notifications and requests of the server. */
    public List<String> others() {
      return messages().stream().filter(message -> !WireJson.answers(message, id)).toList();
    }
  }

  public WireClient(URI endpoint) {
    this.endpoint = endpoint;
  }

  /** Sends this header with every request from now on; an empty value leaves a header out. */
  public WireClient with(String name, String value) {
    Map<String, String> headers = copy(always);
    headers.put(name, value);
    always = headers;
    return this;
  }

  /** Opens its connections by this from now on, such as those of TLS. */
  public WireClient over(SocketFactory sockets) {
    this.sockets = sockets;
    return this;
  }

  /** Sends initialize and, when that went well, initialized. */
  public Reply open(String version, String capabilities) throws IOException {
    Reply reply =
        call(
            "initialize",
            """
            {"protocolVersion":"%s","capabilities":%s,\
            "clientInfo":{"name":"wire-client","version":"1"}}"""
                .formatted(version, capabilities));
    session = reply.header("Mcp-Session-Id");
    if (reply.status() == 200) {
      String agreed = WireJson.text(reply.response(), "result", "protocolVersion");
      with("MCP-Protocol-Version", agreed == null ? version : agreed);
      notify("notifications/initialized", null);
    }
    return reply;
  }

  /** The session that {@link #open} got; null when the server gave none. */
  public @Nullable String session() {
    return session;
  }

  /** Takes up a session as if this client had opened it. */
  public WireClient in(@Nullable String session) {
    this.session = session;
    return this;
  }

  /** Sends a request and reads its whole answer. {@code params} is JSON text. */
  public Reply call(String method, @Nullable String params) throws IOException {
    try (WireExchange exchange = begin(method, params)) {
      return exchange.reply();
    }
  }

  /** Sends a request; the answer is read as the test goes, or never. */
  public WireExchange begin(String method, @Nullable String params) throws IOException {
    String id = String.valueOf(ids.incrementAndGet());
    return send("POST", Map.of(), message(id, method, params), id);
  }

  public Reply notify(String method, @Nullable String params) throws IOException {
    return post(message(null, method, params), Map.of());
  }

  /** Answers a request of the server. {@code id} and {@code result} are JSON text. */
  public Reply answer(String id, String result) throws IOException {
    return post("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}".formatted(id, result), Map.of());
  }

  /** Posts any body; the headers replace those that would be sent otherwise. */
  public Reply post(String body, Map<String, String> headers) throws IOException {
    try (WireExchange exchange = send("POST", headers, body, WireJson.idOf(body))) {
      return exchange.reply();
    }
  }

  /** Opens the stream of what the server sends on its own. */
  public WireExchange listen(@Nullable String lastEventId) throws IOException {
    Map<String, String> headers = new TreeMap<>();
    headers.put("Accept", "text/event-stream");
    if (lastEventId != null) {
      headers.put("Last-Event-ID", lastEventId);
    }
    return send("GET", headers, null, "");
  }

  /** Ends the session. */
  public Reply delete() throws IOException {
    try (WireExchange exchange = send("DELETE", Map.of(), null, "")) {
      return exchange.reply();
    }
  }

  /** Sends any request; {@code id} is that of the message that is to be taken for its response. */
  public WireExchange send(
      String httpMethod, Map<String, String> headers, @Nullable String body, String id)
      throws IOException {
    Map<String, String> all = copy(Map.of());
    all.put("Host", endpoint.getRawAuthority());
    all.put("Accept", "application/json, text/event-stream");
    byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
    if (body != null) {
      all.put("Content-Type", "application/json");
      all.put("Content-Length", String.valueOf(bytes.length));
    }
    String current = session;
    if (current != null) {
      all.put("Mcp-Session-Id", current);
    }
    all.putAll(always);
    all.putAll(headers);
    String query = endpoint.getRawQuery() == null ? "" : "?" + endpoint.getRawQuery();
    List<String> head = new ArrayList<>();
    head.add(httpMethod + " " + endpoint.getRawPath() + query + " HTTP/1.1");
    all.forEach(
        (name, value) -> {
          if (!value.isEmpty()) {
            head.add(name + ": " + value);
          }
        });
    WireExchange exchange = new WireExchange(sockets, endpoint, head, bytes, id, exchanges::remove);
    exchanges.add(exchange);
    return exchange;
  }

  private static String message(@Nullable String id, String method, @Nullable String params) {
    return "{\"jsonrpc\":\"2.0\""
        + (id == null ? "" : ",\"id\":" + id)
        + ",\"method\":\""
        + method
        + "\""
        + (params == null ? "" : ",\"params\":" + params)
        + "}";
  }

  private static Map<String, String> copy(Map<String, String> headers) {
    Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    copy.putAll(headers);
    return copy;
  }

  /** Closes every connection that is still open; the session stays. */
  @Override
  public void close() throws IOException {
    for (WireExchange exchange : exchanges) {
      exchange.close();
    }
  }
}
