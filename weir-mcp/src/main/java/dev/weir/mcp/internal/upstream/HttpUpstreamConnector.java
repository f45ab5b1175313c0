package dev.weir.mcp.internal.upstream;

import dev.weir.http.HttpConnections;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import java.util.concurrent.Semaphore;

/**
 * Opens conversations over Streamable HTTP, of either era. All of them share the connections of
 * their origin; what is each conversation's own is its session id.
 *
 * <p>Opening one does no input or output: the session begins with the initialize request. The
 * listener hears nothing, since everything an upstream says belongs to a stream, and there is no
 * wire whose end would be the end of the conversation.
 */
public final class HttpUpstreamConnector implements UpstreamConnector {
  private static final int GOODBYES = 4;

  private final HttpUpstreamOptions options;
  private final HttpConnections connections;
  private final OpenConversations conversations;
  private final Semaphore goodbyes = new Semaphore(GOODBYES);

  /** The connections belong to the caller and stay open. */
  public HttpUpstreamConnector(HttpUpstreamOptions options, HttpConnections connections) {
    this.options = options;
    this.connections = connections;
    this.conversations = new OpenConversations(options.name());
  }

  @Override
  public UpstreamTransport open(UpstreamListener listener) throws UpstreamUnavailableException {
    conversations.check();
    HttpUpstream upstream = new HttpUpstream(options, connections, goodbyes, conversations::remove);
    conversations.add(upstream);
    return upstream;
  }

  /** The era itself is not looked at here: see {@link Transports#eitherEra}. */
  @Override
  public UpstreamTransport openModern(UpstreamListener listener)
      throws UpstreamUnavailableException {
    conversations.check();
    var upstream = new ModernHttpUpstream(options, connections, conversations::remove);
    conversations.add(upstream);
    return upstream;
  }

  /** Ends every conversation, all at once: each may take its {@code closeTimeout}. */
  @Override
  public void close() {
    conversations.close();
  }
}
