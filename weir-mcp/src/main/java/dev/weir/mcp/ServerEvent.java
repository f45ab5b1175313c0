package dev.weir.mcp;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One step of what an upstream sends: a message, and where it stands in its stream.
 *
 * @param message null for an event that only sets the position (2025-11-25: the priming event)
 * @param id the upstream's event id, by which a client may resume; null where the wire has none
 * @param retry how long a client should wait before it comes back; null where nothing was said
 */
public record ServerEvent(
    @Nullable Envelope message, @Nullable String id, @Nullable Duration retry) {
  public static ServerEvent of(Envelope message) {
    return new ServerEvent(message, null, null);
  }
}
