package dev.weir.gateway;

import dev.weir.mcp.HttpServer;
import java.net.InetSocketAddress;

/** In the place of a server, where nobody may connect. */
final class NoListener implements HttpServer {
  @Override
  public InetSocketAddress address() {
    throw new IllegalStateException("this gateway does not listen");
  }

  @Override
  public int connections() {
    return 0;
  }

  @Override
  public void stopAccepting() {}

  @Override
  public void close() {}
}
