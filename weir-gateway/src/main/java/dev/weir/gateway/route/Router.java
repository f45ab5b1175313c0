package dev.weir.gateway.route;

import dev.weir.gateway.call.Holders;
import dev.weir.gateway.call.NoSuchRouteException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the route of a path, in the generation of routes that is served now.
 *
 * <p>A generation never changes. It is replaced as a whole, by one write, and ends when it has been
 * replaced and nobody is there who has picked it: whoever is about to begin something holds the
 * generation from the moment he picks a route until what he began holds what it needs by itself
 * ({@link Hold}). So nothing is found in one generation and begun in another, and nothing that a
 * generation has is closed under somebody who has just found it.
 *
 * <p>Thread-safe, and no call waits for a replacement: a generation is given up only after the next
 * one was written, so who finds it given up reads again and finds a later one.
 */
public final class Router {
  private volatile Generation current;

  /** The first generation; nothing is to be done when it ends. */
  public Router(List<Route> routes) {
    this(routes, () -> {});
  }

  /**
   * @param whenLeft run when the first generation has been replaced and nobody holds it
   */
  public Router(List<Route> routes, Runnable whenLeft) {
    this.current = new Generation(routes, whenLeft);
  }

  private static final class Generation {
    final List<Route> routes;
    final Map<String, Route> byPath;
    final Holders holders;

    Generation(List<Route> routes, Runnable whenLeft) {
      this.routes = List.copyOf(routes);
      this.byPath = routes.stream().collect(Collectors.toMap(Route::path, Function.identity()));
      this.holders = new Holders(whenLeft);
    }
  }

  /** A generation that does not end before {@link #close}. Belongs to one thread. */
  public static final class Hold implements AutoCloseable {
    private final Generation generation;

    private Hold(Generation generation) {
      this.generation = generation;
    }

    /** The route at exactly this path; null when there is none. */
    public @Nullable Route find(String path) {
      return generation.byPath.get(path);
    }

    /** The route at exactly this path. */
    public Route route(String path) throws NoSuchRouteException {
      Route route = find(path);
      if (route == null) {
        throw new NoSuchRouteException(path);
      }
      return route;
    }

    @Override
    public void close() {
      generation.holders.release();
    }
  }

  /** Picks the generation that is served now. */
  public Hold hold() {
    while (true) {
      Generation seen = current;
      if (seen.holders.tryHold()) {
        return new Hold(seen);
      }
    }
  }

  /**
   * Serves other routes from now on. Not to be called twice at a time.
   *
   * @param whenLeft run when these have been replaced in their turn and nobody holds them
   */
  public void replace(List<Route> routes, Runnable whenLeft) {
    Generation before = current;
    current = new Generation(routes, whenLeft); // before the other is given up: see hold
    before.holders.release();
  }

  /** The routes that are served now, in order. */
  public List<Route> routes() {
    return current.routes;
  }

  /** The route at exactly this path, to look at; what it leads to may end at any time. */
  public @Nullable Route find(String path) {
    return current.byPath.get(path);
  }
}
