package dev.weir.gateway.config;

import dev.weir.gateway.auth.Administration;
import dev.weir.pool.Option;
import java.util.List;

/** Something that a client may do. */
public record RoleConfig(
    @Option(
            byDefault = "",
            live = true,
            about =
                "the upstreams and aggregates that it may use; all: what /mcp merges; by default every one")
        List<String> routes,
    @Option(
            byDefault = "",
            live = true,
            about =
                "which tools it sees and may call, by the names that they have on the route and at their own server")
        FilterConfig tools,
    @Option(
            byDefault = "none",
            live = true,
            about =
                "what it may do on the admin listener: nothing, see everything, or change it as well")
        Administration admin) {
  public RoleConfig {
    routes = List.copyOf(routes);
  }

  /** The paths of the routes. */
  public List<String> paths() {
    return routes.stream().map(UpstreamNames::path).toList();
  }
}
