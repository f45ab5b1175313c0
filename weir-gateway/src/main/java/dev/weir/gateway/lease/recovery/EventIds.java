package dev.weir.gateway.lease.recovery;

import dev.weir.mcp.RequestId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which upstream session an event id was given by, and for which call: the ids of a session that is
 * lost mean nothing to the next one, and what they stood before will never come.
 *
 * <p>Thread-safe; guarded by its own lock. Keeps the last {@link #MOST} of a usual length, for each
 * client.
 */
final class EventIds {
  static final int MOST = 256;
  private static final int LONGEST = 1_024;

  private final int clients;
  private final Map<String, Origin> seen =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Origin> eldest) {
          return size() > clients * MOST;
        }
      };

  /**
   * @param clients whose events they are, at most
   */
  EventIds(int clients) {
    this.clients = clients;
  }

  /**
   * Where an event was seen.
   *
   * @param generation the number of the upstream session
   * @param call the request whose stream it was; null for the standing stream
   */
  record Origin(int generation, @Nullable RequestId call) {}

  synchronized void seen(String eventId, Origin origin) {
    if (eventId.length() <= LONGEST) {
      seen.put(eventId, origin);
    }
  }

  /** Null when it is unknown or too long ago. */
  synchronized @Nullable Origin origin(String eventId) {
    return seen.get(eventId);
  }
}
