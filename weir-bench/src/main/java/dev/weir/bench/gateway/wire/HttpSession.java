package dev.weir.bench.gateway.wire;

import dev.weir.bench.gateway.wire.HttpConnection.Response;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session over Streamable HTTP. Where the server gives no session id there is none, and every
 * request stands alone.
 */
public final class HttpSession implements McpSession {
  private static final String SESSION = "mcp-session-id";

  private final HttpConnection connection;
  private final String path;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private long lastId;

  /** Over a connection of its own. */
  public HttpSession(URI endpoint) {
    this(endpoint, new HttpConnection(endpoint));
  }

  /** Over a connection that other sessions of the same thread may use too. */
  public HttpSession(URI endpoint, HttpConnection connection) {
    this.connection = connection;
    this.path = endpoint.getPath();
    headers.put("Content-Type", "application/json");
    headers.put("Accept", "application/json, text/event-stream");
  }

  @Override
  public void open() throws IOException {
    long id = ++lastId;
    Response response = post(JsonText.initialize(id));
    var _ = answer(response, id);
    String session = response.headers().get(SESSION);
    if (session != null) {
      headers.put("Mcp-Session-Id", session);
    }
    headers.put("MCP-Protocol-Version", JsonText.VERSION);
    post(JsonText.INITIALIZED);
  }

  /** What the server calls this session; null when it has no name. */
  public @Nullable String id() {
    return headers.get("Mcp-Session-Id");
  }

  @Override
  public String call(String tool, String arguments) throws IOException {
    long id = ++lastId;
    return answer(post(JsonText.call(id, tool, arguments)), id);
  }

  /** Sends a call and leaves at once, without a word and without waiting for the answer. */
  public void leaveInMidCall(String tool, String arguments) throws IOException {
    connection.send("POST", path, headers, JsonText.call(++lastId, tool, arguments));
    abandon();
  }

  private Response post(String body) throws IOException {
    Response response = connection.exchange("POST", path, headers, body);
    if (response.status() / 100 != 2) {
      throw new IOException(
          "status " + response.status() + ": " + JsonText.shortened(response.body()));
    }
    return response;
  }

  /** The body itself, or the event of a stream that answers. */
  static String answer(Response response, long id) throws IOException {
    String type = response.headers().getOrDefault("content-type", "");
    if (!type.startsWith("text/event-stream")) {
      return JsonText.result(response.body());
    }
    for (String line : response.body().split("\r?\n")) {
      if (line.startsWith("data:") && JsonText.answers(line, id)) {
        return JsonText.result(line.substring(5).strip());
      }
    }
    throw new IOException("no answer in the stream: " + JsonText.shortened(response.body()));
  }

  /** Lets go of the connection without a word; the session is the server's to end. */
  public void abandon() throws IOException {
    connection.close();
  }

  /** Deletes the session, where there is one, and closes the connection. */
  @Override
  public void close() throws IOException {
    try (connection) {
      if (id() != null) {
        connection.exchange("DELETE", path, headers, "");
      }
    }
  }
}
