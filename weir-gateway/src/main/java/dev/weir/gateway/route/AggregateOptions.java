package dev.weir.gateway.route;

import java.time.Duration;
import java.util.List;

/**
 * What an aggregate merges, and how.
 *
 * @param parts its upstreams, in order
 * @param patience how long one of them may hold up the handshake and the lists of all
 * @param pageSize elements of a list that a client gets at a time
 */
public record AggregateOptions(List<Part> parts, Duration patience, int pageSize) {
  public AggregateOptions {
    parts = List.copyOf(parts);
  }
}
