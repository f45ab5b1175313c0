package dev.weir.bench.gateway.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Map;

/**
 * A session over HTTP+SSE (2024-11-05): a stream of its own, and a connection for what it posts.
 */
public final class SseSession implements McpSession {
  private static final int TIMEOUT_MILLIS = 60_000;

  private final Socket stream = new Socket();
  private final BufferedReader events;
  private final HttpConnection posts;
  private final String target;
  private long lastId;

  /** Opens the stream and waits for the endpoint. */
  public SseSession(URI endpoint) throws IOException {
    stream.setTcpNoDelay(true);
    stream.setSoTimeout(TIMEOUT_MILLIS);
    stream.connect(new InetSocketAddress(endpoint.getHost(), endpoint.getPort()));
    String get =
        "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n\r\n"
            .formatted(endpoint.getPath(), endpoint.getAuthority());
    stream.getOutputStream().write(get.getBytes(UTF_8));
    events = new BufferedReader(new InputStreamReader(stream.getInputStream(), UTF_8));
    target = endpoint.resolve(data()).toString().replaceFirst("^[a-z]+://[^/]+", "");
    posts = new HttpConnection(endpoint);
  }

  /**
   * The next event's data. Everything else in the stream, the sizes of its chunks included, is no
   * line that begins so; and each event comes in a chunk of its own.
   */
  private String data() throws IOException {
    for (String line = events.readLine(); line != null; line = events.readLine()) {
      if (line.startsWith("data:")) {
        return line.substring(5).strip();
      }
    }
    throw new IOException("the stream has ended");
  }

  @Override
  public void open() throws IOException {
    long id = ++lastId;
    post(JsonText.initialize(id));
    var _ = answer(id);
    post(JsonText.INITIALIZED);
  }

  @Override
  public String call(String tool, String arguments) throws IOException {
    long id = ++lastId;
    post(JsonText.call(id, tool, arguments));
    return answer(id);
  }

  private void post(String message) throws IOException {
    var response =
        posts.exchange("POST", target, Map.of("Content-Type", "application/json"), message);
    if (response.status() / 100 != 2) {
      throw new IOException("status " + response.status());
    }
  }

  private String answer(long id) throws IOException {
    while (true) {
      String message = data();
      if (JsonText.answers(message, id)) {
        return JsonText.result(message);
      }
    }
  }

  @Override
  public void close() throws IOException {
    try (stream;
        posts) {
      // Whichever order.
    }
  }
}
