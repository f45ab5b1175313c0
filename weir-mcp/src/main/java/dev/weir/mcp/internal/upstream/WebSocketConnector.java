package dev.weir.mcp.internal.upstream;

import dev.weir.mcp.Era;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.WebSocketOptions;
import java.net.http.HttpClient;
import java.util.concurrent.Executors;

/** Opens a WebSocket for each conversation. One client of the JDK opens them all. */
public final class WebSocketConnector implements UpstreamConnector {
  private final WebSocketOptions options;
  private final HttpClient client;
  private final OpenConversations conversations;

  public WebSocketConnector(WebSocketOptions options) {
    this.options = options;
    this.conversations = new OpenConversations(options.name());
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(options.connectTimeout())
            .executor(
                Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name(options.name() + "-websocket-", 0).factory()))
            .build();
  }

  @Override
  public UpstreamTransport open(UpstreamListener listener)
      throws UpstreamException, InterruptedException {
    return open(listener, Era.LEGACY);
  }

  @Override
  public UpstreamTransport openModern(UpstreamListener listener)
      throws UpstreamException, InterruptedException {
    return open(listener, Era.MODERN);
  }

  private UpstreamTransport open(UpstreamListener listener, Era era)
      throws UpstreamException, InterruptedException {
    conversations.check();
    return WebSocketUpstream.open(options, client, listener, conversations, era);
  }

  @Override
  public boolean isSilenceLegacy() {
    return true;
  }

  @Override
  public int sockets() {
    return conversations.count();
  }

  @Override
  public void close() {
    conversations.close();
    client.shutdownNow();
  }
}
