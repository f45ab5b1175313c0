package dev.weir.mcp.internal.upstream;

import dev.weir.mcp.InProcessServer;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;

/** Opens conversations with an object. */
public final class InProcessConnector implements UpstreamConnector {
  private final String name;
  private final InProcessServer server;
  private final OpenConversations open;

  public InProcessConnector(String name, InProcessServer server) {
    this.name = name;
    this.server = server;
    this.open = new OpenConversations(name);
  }

  @Override
  public UpstreamTransport open(UpstreamListener listener) throws UpstreamUnavailableException {
    open.check();
    return InProcessUpstream.open(name, server, listener, open);
  }

  @Override
  public void close() {
    open.close();
  }
}
