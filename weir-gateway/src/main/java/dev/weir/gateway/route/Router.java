package dev.weir.gateway.route;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.call.Isolation;
import dev.weir.mcp.UpstreamException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the route of a path. Immutable. */
public final class Router {
  private final List<Route> routes;
  private final Map<String, Route> byPath;

  public Router(List<Route> routes) {
    this.routes = List.copyOf(routes);
    this.byPath = routes.stream().collect(Collectors.toMap(Route::path, Function.identity()));
  }

  public List<Route> routes() {
    return routes;
  }

  /** Whether there is a route at exactly this path. */
  public boolean serves(String path) {
    return byPath.containsKey(path);
  }

  /** Who may share what stands behind this path, which must be served, with this caller. */
  public Isolation isolation(String path, Identity caller) {
    return Objects.requireNonNull(byPath.get(path), path).isolation(caller);
  }

  /** See {@link Route#openModern}; the path must be served. */
  public @Nullable Conversation openModern(String path)
      throws UpstreamException, InterruptedException {
    return Objects.requireNonNull(byPath.get(path), path).openModern();
  }

  /**
   * Begins the conversation of one client session of this caller on the route of this path, which
   * must be served.
   */
  public Conversation open(String path, Identity caller, ClientOutlet outlet)
      throws UpstreamException, InterruptedException {
    return Objects.requireNonNull(byPath.get(path), path).open(caller, outlet);
  }
}
