package dev.weir.mcp.internal.upstream;

import dev.weir.http.HttpConnections;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import java.time.Duration;

/**
 * Opens a stream for each conversation over HTTP+SSE. What they post goes over the connections of
 * their origin, which all of them share, and which belong to the caller.
 */
public final class SseConnector implements UpstreamConnector {
  /** A server names its endpoint as soon as it takes the stream. */
  private static final Duration ENDPOINT_WITHIN = Duration.ofSeconds(10);

  private final HttpUpstreamOptions options;
  private final HttpConnections connections;
  private final OpenConversations conversations;
  private final Duration endpointWithin;

  public SseConnector(HttpUpstreamOptions options, HttpConnections connections) {
    this(options, connections, ENDPOINT_WITHIN);
  }

  SseConnector(HttpUpstreamOptions options, HttpConnections connections, Duration endpointWithin) {
    this.options = options;
    this.connections = connections;
    this.conversations = new OpenConversations(options.name());
    this.endpointWithin = endpointWithin;
  }

  @Override
  public UpstreamTransport open(UpstreamListener listener)
      throws UpstreamException, InterruptedException {
    conversations.check();
    return SseUpstream.open(options, connections, listener, conversations, endpointWithin);
  }

  @Override
  public void close() {
    conversations.close();
  }
}
