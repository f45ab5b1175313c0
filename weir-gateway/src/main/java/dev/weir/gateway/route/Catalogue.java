package dev.weir.gateway.route;

import dev.weir.mcp.Envelope;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the upstreams of an aggregate last said of themselves, for the time in which one of them
 * says nothing: its handshake and its lists, as a session sees them that has asked nothing else
 * yet. Kept apart by caller and by what its client declared, so that nobody sees what another was
 * shown.
 *
 * <p>Thread-safe; guarded by its own lock, under which nothing else runs. Holds the last {@value
 * #MOST} answers that somebody asked for.
 */
final class Catalogue {
  private static final int MOST = 256;

  /**
   * Who was told.
   *
   * @param caller the subject of the caller
   * @param client what its client said at initialize
   */
  record Audience(String caller, String client) {}

  /** A list, and when it was the upstream's. */
  record Known(List<String> elements, Instant at) {}

  private record Place(String upstream, Audience audience, @Nullable Kind kind) {}

  private final Clock clock;
  private final Map<Place, Object> said =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, Object> eldest) {
          return size() > MOST;
        }
      };

  Catalogue(Clock clock) {
    this.clock = clock;
  }

  synchronized void shookHands(String upstream, Audience audience, Envelope result) {
    said.put(new Place(upstream, audience, null), result);
  }

  synchronized @Nullable Envelope handshake(String upstream, Audience audience) {
    return (Envelope) said.get(new Place(upstream, audience, null));
  }

  synchronized void listed(String upstream, Audience audience, Kind kind, List<String> elements) {
    said.put(new Place(upstream, audience, kind), now(elements));
  }

  /** A list that an upstream has just told. */
  Known now(List<String> elements) {
    return new Known(List.copyOf(elements), clock.instant());
  }

  synchronized @Nullable Known list(String upstream, Audience audience, Kind kind) {
    return (Known) said.get(new Place(upstream, audience, kind));
  }
}
