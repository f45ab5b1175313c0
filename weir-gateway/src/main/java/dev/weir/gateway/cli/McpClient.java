package dev.weir.gateway.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One conversation with an MCP server over Streamable HTTP, for the command line: the handshake of
 * 2025-11-25, then one request at a time.
 *
 * <p>It serves nothing: a ping is answered, any other request of the server gets "method not
 * found". Not for use by several threads.
 */
final class McpClient implements AutoCloseable {
  private static final String VERSION = "2025-11-25";
  private static final int METHOD_NOT_FOUND = -32601;
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** How long a farewell or a cancellation may take. */
  private static final Duration COURTESY = Duration.ofSeconds(3);

  private static final JsonMapper JSON = JsonMapper.shared();

  private final HttpClient http;
  private final URI uri;
  private final Map<String, String> headers;
  private final Duration timeout;
  private final BiConsumer<String, JsonNode> onNotification;
  private final JsonNode serverInfo;

  private @Nullable String session;
  private @Nullable String version;
  private int lastId;

  private McpClient(
      URI uri,
      @Nullable SSLContext tls,
      Map<String, String> headers,
      Duration timeout,
      BiConsumer<String, JsonNode> onNotification)
      throws McpException, InterruptedException {
    HttpClient.Builder http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10));
    this.http = (tls == null ? http : http.sslContext(tls)).build();
    this.uri = uri;
    this.headers = Map.copyOf(headers);
    this.timeout = timeout;
    this.onNotification = onNotification;
    ObjectNode hello = JSON.createObjectNode().put("protocolVersion", VERSION);
    hello.putObject("capabilities");
    hello.putObject("clientInfo").put("name", "weir").put("version", WeirCommand.Version.version());
    this.serverInfo = request("initialize", hello);
    this.version = serverInfo.path("protocolVersion").asString(VERSION);
    tell(message("notifications/initialized"), timeout);
  }

  /**
   * Connects and shakes hands.
   *
   * @param tls for https; null for the settings of the platform
   * @param headers sent with every request
   * @param timeout for the handshake, and again for each request
   * @param onNotification gets the method and the parameters of what the server tells meanwhile
   */
  static McpClient connect(
      URI uri,
      @Nullable SSLContext tls,
      Map<String, String> headers,
      Duration timeout,
      BiConsumer<String, JsonNode> onNotification)
      throws McpException, InterruptedException {
    return new McpClient(uri, tls, headers, timeout, onNotification);
  }

  /** What the server answered to the handshake. */
  JsonNode serverInfo() {
    return serverInfo;
  }

  /** Sends a request and waits for its result. */
  JsonNode request(String method, ObjectNode params) throws McpException, InterruptedException {
    int id = ++lastId;
    ObjectNode message = message(method).put("id", id);
    message.set("params", params);
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      return answer(id, send(post(message), deadline), deadline);
    } catch (McpException.TimedOut e) {
      cancel(id);
      throw e;
    }
  }

  /** Ends the session, as far as the server wants to know. */
  @Override
  public void close() {
    if (session != null) {
      try {
        http.send(base().DELETE().timeout(COURTESY).build(), BodyHandlers.discarding());
      } catch (IOException e) {
        // The server ends the session by itself in time.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    http.shutdownNow();
  }

  private JsonNode answer(int id, HttpResponse<InputStream> response, long deadline)
      throws McpException, InterruptedException {
    if (session == null) {
      session = response.headers().firstValue("Mcp-Session-Id").orElse(null);
    }
    AtomicBoolean late = new AtomicBoolean();
    Thread watch = Thread.ofVirtual().start(() -> closeAt(deadline, response.body(), late));
    try (InputStream body = response.body()) {
      if (!isEvents(response)) {
        String text = new String(body.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        return resultOf(response.statusCode(), text);
      }
      return fromEvents(id, new EventReader(body), deadline);
    } catch (IOException e) {
      if (late.get()) {
        throw timedOut();
      }
      throw new McpException.Broken("the connection was lost before the answer: " + reason(e));
    } finally {
      watch.interrupt();
    }
  }

  private JsonNode fromEvents(int id, EventReader events, long deadline)
      throws IOException, McpException, InterruptedException {
    String data = events.next();
    while (data != null) {
      JsonNode message = parse(data);
      if (message.path("method").isString()) {
        onServerMessage(message, deadline);
      } else if (message.path("id").asInt(-1) == id) {
        return result(message);
      }
      data = events.next();
    }
    if (events.lastId().isEmpty()) {
      throw new McpException.Broken("the server closed the stream before the answer");
    }
    // A server may close a stream that has event ids, and go on when it is asked for the rest.
    HttpRequest rest =
        base()
            .header("Accept", "text/event-stream")
            .header("Last-Event-ID", events.lastId())
            .build();
    Thread.sleep(RETRY);
    return answer(id, send(rest, deadline), deadline);
  }

  private void onServerMessage(JsonNode message, long deadline)
      throws McpException, InterruptedException {
    String method = message.path("method").asString();
    if (!message.has("id")) {
      onNotification.accept(method, message.path("params"));
      return;
    }
    ObjectNode answer = JSON.createObjectNode().put("jsonrpc", "2.0");
    answer.set("id", message.get("id"));
    if (method.equals("ping")) {
      answer.putObject("result");
    } else {
      answer
          .putObject("error")
          .put("code", METHOD_NOT_FOUND)
          .put("message", "weir's command line does not serve " + method);
    }
    tell(answer, Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
  }

  private static boolean isEvents(HttpResponse<?> response) {
    return response.statusCode() / 100 == 2
        && response.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream");
  }

  private JsonNode resultOf(int status, String body) throws McpException {
    if (status / 100 == 2) {
      return result(parse(body));
    }
    String said = whatItSaid(body);
    throw switch (status) {
      case 401, 403 ->
          new McpException.Unreachable(
              uri
                  + " wants other credentials (HTTP "
                  + status
                  + said
                  + "); see --token-file and --header");
      case 404 ->
          session == null
              ? new McpException.Unreachable("no MCP server at " + uri + " (HTTP 404" + said + ")")
              : new McpException.Broken("the server has ended the session (HTTP 404" + said + ")");
      case 405, 501 ->
          new McpException.Unreachable(
              uri + " is no Streamable HTTP endpoint (HTTP " + status + said + ")");
      default -> new McpException.Unreachable(uri + " answered HTTP " + status + said);
    };
  }

  private static String whatItSaid(String body) {
    String said = body.strip();
    try {
      JsonNode message = JSON.readTree(body).path("error").path("message");
      said = message.isString() ? message.asString() : said;
    } catch (JacksonException e) {
      // Then it is text, or a page.
    }
    boolean page = said.isEmpty() || said.startsWith("<") || said.length() > 500;
    return page ? "" : ": " + said.replaceAll("\\s+", " ");
  }

  private static JsonNode result(JsonNode message) throws McpException {
    JsonNode error = message.path("error");
    if (error.isObject()) {
      throw new McpException.Refused(
          error.path("code").asInt(0), error.path("message").asString("no message"));
    }
    if (!message.has("result")) {
      throw new McpException.Unreachable("what answered is no MCP server: no result in its answer");
    }
    return message.get("result");
  }

  private JsonNode parse(String text) throws McpException {
    try {
      return JSON.readTree(text);
    } catch (JacksonException e) {
      throw new McpException.Unreachable("what answers at " + uri + " is no MCP server: not JSON");
    }
  }

  private HttpResponse<InputStream> send(HttpRequest request, long deadline)
      throws McpException, InterruptedException {
    var pending = http.sendAsync(request, BodyHandlers.ofInputStream());
    try {
      return pending.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      pending.cancel(true);
      throw timedOut();
    } catch (ExecutionException e) {
      throw unreachable(e.getCause());
    }
  }

  private McpException unreachable(@Nullable Throwable cause) {
    if (cause instanceof ConnectException || cause instanceof UnresolvedAddressException) {
      boolean unknown =
          cause instanceof UnresolvedAddressException
              || cause.getCause() instanceof UnresolvedAddressException;
      return new McpException.Unreachable(
          "nothing answers at " + uri + (unknown ? ": unknown host" : ": " + reason(cause)));
    }
    return session == null
        ? new McpException.Unreachable("no MCP server at " + uri + ": " + reason(cause))
        : new McpException.Broken("the connection was lost: " + reason(cause));
  }

  private static String reason(@Nullable Throwable e) {
    if (e == null) {
      return "no reason given";
    }
    String message = e.getMessage();
    if (message != null) {
      return message;
    }
    if (e instanceof ConnectException) {
      return "connection refused";
    }
    return e.getCause() == null ? e.getClass().getSimpleName() : reason(e.getCause());
  }

  private McpException.TimedOut timedOut() {
    return new McpException.TimedOut("no answer within " + timeout.toMillis() / 1000.0 + " s");
  }

  /** Sends what has no answer. */
  private void tell(ObjectNode message, Duration within) throws McpException, InterruptedException {
    HttpResponse<InputStream> response = send(post(message), System.nanoTime() + within.toNanos());
    try {
      response.body().close();
    } catch (IOException e) {
      // It was sent.
    }
  }

  private void cancel(int id) throws InterruptedException {
    ObjectNode message = message("notifications/cancelled");
    message.putObject("params").put("requestId", id).put("reason", "the user's time-out");
    try {
      tell(message, COURTESY);
    } catch (McpException e) {
      // Then the server hears of it when the session ends.
    }
  }

  private static ObjectNode message(String method) {
    return JSON.createObjectNode().put("jsonrpc", "2.0").put("method", method);
  }

  private HttpRequest post(ObjectNode message) {
    return base()
        .header("Content-Type", "application/json")
        .header("Accept", "application/json, text/event-stream")
        .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(message)))
        .build();
  }

  private HttpRequest.Builder base() {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    headers.forEach(request::header);
    if (session != null) {
      request.header("Mcp-Session-Id", session);
    }
    if (version != null) {
      request.header("MCP-Protocol-Version", version);
    }
    return request;
  }

  private static void closeAt(long deadline, InputStream body, AtomicBoolean late) {
    try {
      TimeUnit.NANOSECONDS.sleep(deadline - System.nanoTime());
      late.set(true);
      body.close();
    } catch (InterruptedException e) {
      // The answer was in time.
    } catch (IOException e) {
      // The reader finds out.
    }
  }
}
