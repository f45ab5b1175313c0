package dev.weir.http.internal;

import dev.weir.http.HttpOptions;
import dev.weir.pool.ConnectionFactory;
import java.util.Map;
import java.util.Set;

/** Makes and ends the places of one key. Runs on any number of threads at once. */
final class RouteFactory implements ConnectionFactory<ClientConnection> {
  private final HttpOptions options;
  private final IdleLimit idle;
  private final Set<ClientConnection> all;

  /**
   * @param all where the places of all keys are known
   */
  RouteFactory(HttpOptions options, Set<ClientConnection> all) {
    this.options = options;
    this.all = all;
    this.idle = IdleLimit.of(options);
  }

  @Override
  public ClientConnection open() {
    ClientConnection place = new ClientConnection(options, idle);
    all.add(place);
    return place;
  }

  /** Also false for a place that was never connected: who needs one gets a new one as fast. */
  @Override
  public boolean isUsable(ClientConnection place) {
    return place.isUsable();
  }

  @Override
  public void close(ClientConnection place) {
    all.remove(place);
    place.close();
  }

  @Override
  public Map<String, String> attributes(ClientConnection place) {
    return Map.of("socket", place.toString());
  }
}
