package dev.weir.gateway;

import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;

/**
 * An upstream on two wires: its sessions on one that each of them keeps, requests that need no
 * session on one that they share.
 */
record SessionsApart(UpstreamConnector sessions, UpstreamConnector requests)
    implements UpstreamConnector {
  @Override
  public UpstreamTransport open(UpstreamListener listener)
      throws UpstreamException, InterruptedException {
    return sessions.open(listener);
  }

  @Override
  public UpstreamTransport openModern(UpstreamListener listener)
      throws UpstreamException, InterruptedException {
    return requests.openModern(listener);
  }

  @Override
  public int sockets() {
    return sessions.sockets() + requests.sockets();
  }

  @Override
  public void close() {
    sessions.close();
    requests.close();
  }
}
