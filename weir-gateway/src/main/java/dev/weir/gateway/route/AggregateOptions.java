package dev.weir.gateway.route;

import java.time.Duration;
import java.util.List;

/**
 * What an aggregate merges, and how.
 *
 * @param views its upstreams, in order
 * @param patience how long one of them may hold up the handshake and the lists of all
 * @param pageSize elements of a list that a client gets at a time
 */
public record AggregateOptions(List<View> views, Duration patience, int pageSize) {
  public AggregateOptions {
    views = List.copyOf(views);
  }
}
