package dev.weir.gateway.route;

import dev.weir.mcp.Envelope;
import org.jspecify.annotations.Nullable;

/**
 * For how many milliseconds a list holds: {@code ttlMs} of a server of the modern era (2026-07-28,
 * Caching), null where one does not say.
 */
final class Holds {
  private Holds() {}

  static @Nullable Long of(Envelope list) {
    String told = list.member("ttlMs");
    return told != null && told.matches("\\d{1,15}") ? Long.valueOf(told) : null;
  }

  /** Of two parts of one list. */
  static @Nullable Long shorter(@Nullable Long one, @Nullable Long other) {
    return one == null || (other != null && other < one) ? other : one;
  }
}
