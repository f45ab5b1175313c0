package dev.weir.mcp.internal.upstream;

import dev.weir.mcp.Era;
import dev.weir.mcp.SocketUpstreamOptions;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;

/** Opens a socket for each conversation. */
public final class SocketConnector implements UpstreamConnector {
  private final SocketUpstreamOptions options;
  private final OpenConversations open;
  private final SilenceWatch watch;

  public SocketConnector(SocketUpstreamOptions options) {
    this.options = options;
    this.open = new OpenConversations(options.name());
    this.watch = new SilenceWatch(options.name(), options.responseTimeout());
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
    open.check();
    return SocketUpstream.open(options, listener, open, watch, era);
  }

  @Override
  public boolean isSilenceLegacy() {
    return true;
  }

  @Override
  public void close() {
    open.close();
    watch.close();
  }
}
