package dev.weir.gateway.config;

import dev.weir.pool.Option;

/** A socket on which clients speak one message a line; each connection is a client session. */
public record SocketConfig(
    @Option(
            byDefault = "",
            about =
                "where clients connect: host:port, or unix: and the path of a socket file, which is its owner's alone")
        ListenSocket listen,
    @Option(
            byDefault = GatewayConfig.ALL,
            about = "the upstream or aggregate that they speak with; all: what /mcp merges")
        String route) {

  /** The route's path. */
  public String path() {
    return UpstreamNames.path(route);
  }
}
