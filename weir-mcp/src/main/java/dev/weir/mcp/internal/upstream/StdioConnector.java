package dev.weir.mcp.internal.upstream;

import dev.weir.mcp.Era;
import dev.weir.mcp.StdioOptions;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import java.util.concurrent.atomic.LongAdder;

/** Starts a process for each conversation. */
public final class StdioConnector implements UpstreamConnector {
  private final StdioOptions options;
  private final OpenConversations open;
  private final LongAdder killed = new LongAdder();

  public StdioConnector(StdioOptions options) {
    this.options = options;
    this.open = new OpenConversations(options.name());
  }

  @Override
  public UpstreamTransport open(UpstreamListener listener) throws UpstreamUnavailableException {
    return open(listener, Era.LEGACY);
  }

  @Override
  public UpstreamTransport openModern(UpstreamListener listener)
      throws UpstreamUnavailableException {
    return open(listener, Era.MODERN);
  }

  private UpstreamTransport open(UpstreamListener listener, Era era)
      throws UpstreamUnavailableException {
    open.check();
    return StdioUpstream.open(options, listener, open, killed::increment, era);
  }

  @Override
  public boolean isSilenceLegacy() {
    return true;
  }

  @Override
  public long killed() {
    return killed.sum();
  }

  @Override
  public void close() {
    open.close();
  }
}
