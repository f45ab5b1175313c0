package dev.weir.bench.gateway.wire;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A session over a WebSocket of its own, with the JDK's client. */
public final class WebSocketSession implements McpSession {
  private static final int TIMEOUT_SECONDS = 60;

  private final HttpClient client = HttpClient.newHttpClient();
  private final BlockingQueue<String> came = new LinkedBlockingQueue<>();
  private final WebSocket socket;
  private long lastId;

  /** Connects. */
  public WebSocketSession(URI endpoint) throws IOException {
    try {
      socket =
          client
              .newWebSocketBuilder()
              .subprotocols("mcp")
              .buildAsync(endpoint, new Listener())
              .join();
    } catch (CompletionException e) {
      client.close();
      throw new IOException("no WebSocket at " + endpoint, e);
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder message = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      message.append(part);
      if (last) {
        came.add(message.toString());
        message.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  @Override
  public void open() throws IOException {
    long id = ++lastId;
    send(JsonText.initialize(id));
    var _ = answer(id);
    send(JsonText.INITIALIZED);
  }

  @Override
  public String call(String tool, String arguments) throws IOException {
    long id = ++lastId;
    send(JsonText.call(id, tool, arguments));
    return answer(id);
  }

  private void send(String message) throws IOException {
    try {
      var _ = socket.sendText(message, true).join();
    } catch (CompletionException e) {
      throw new IOException("not sent", e);
    }
  }

  private String answer(long id) throws IOException {
    try {
      while (true) {
        String message = came.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (message == null) {
          throw new IOException("no answer within " + TIMEOUT_SECONDS + " s");
        }
        if (JsonText.answers(message, id)) {
          return JsonText.result(message);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    socket.abort();
    client.shutdownNow();
  }
}
