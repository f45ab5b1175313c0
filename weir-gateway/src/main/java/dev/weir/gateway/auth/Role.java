package dev.weir.gateway.auth;

import dev.weir.gateway.call.Allowed;
import java.util.List;
import java.util.Map;

/**
 * Something that callers may do.
 *
 * @param pages the paths of the gateway's own pages
 * @param routes the paths of routes
 * @param tools the tools on them
 * @param admin what is allowed on the admin listener
 */
public record Role(Allowed pages, Allowed routes, Allowed tools, Administration admin) {
  /** Those that there are without being configured, by their names. */
  public static final Map<String, Role> BUILT_IN =
      Map.of(
          "user", new Role(Allowed.NONE, Allowed.ALL, Allowed.ALL, Administration.NONE),
          "metrics", new Role(only("/metrics"), Allowed.NONE, Allowed.NONE, Administration.NONE),
          "admin", new Role(Allowed.ALL, Allowed.ALL, Allowed.ALL, Administration.OPERATE));

  private static Allowed only(String path) {
    return Allowed.of(List.of(path), List.of());
  }
}
