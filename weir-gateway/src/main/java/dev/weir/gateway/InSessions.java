package dev.weir.gateway;

import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;

/**
 * An upstream whose every conversation is a session, also where its server needs none: a process.
 * So whom a process serves is what the isolation says, and each is counted, kept ready and mended
 * in one way, whichever era its server and its clients speak.
 *
 * @param upstream of either era
 */
record InSessions(UpstreamConnector upstream) implements UpstreamConnector {
  @Override
  public UpstreamTransport open(UpstreamListener listener)
      throws UpstreamException, InterruptedException {
    return upstream.open(listener);
  }

  @Override
  public long killed() {
    return upstream.killed();
  }

  @Override
  public int sockets() {
    return upstream.sockets();
  }

  @Override
  public void close() {
    upstream.close();
  }
}
