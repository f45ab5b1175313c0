package dev.weir.gateway.modern;

import dev.weir.mcp.Envelope;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The lists that a server gave on one session, for as long as their clients are told that they
 * hold; gone before that when the server says that they changed.
 *
 * <p>Thread-safe; guarded by its own lock, under which nothing blocks. A list that was asked for
 * before a change is not kept after it: {@code changes} is compared.
 */
final class ListCache {
  private static final int MOST = 64;

  private final Map<String, Kept> byKey =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
          return size() > MOST;
        }
      };
  private long changes;

  /** An answer, when it came, and how long it holds from then on. */
  private record Kept(Envelope answer, long at, Duration holds) {}

  /** What is kept, and how long it still holds. */
  record Found(Envelope answer, Duration holds) {}

  /** Null when it is not kept, or for longer than it holds. */
  synchronized @Nullable Found find(String key) {
    Kept kept = byKey.get(key);
    if (kept == null) {
      return null;
    }
    Duration left = kept.holds.minusNanos(System.nanoTime() - kept.at);
    if (!left.isPositive()) {
      byKey.remove(key);
      return null;
    }
    return new Found(kept.answer, left);
  }

  /** How often something changed so far. */
  synchronized long changes() {
    return changes;
  }

  /**
   * Keeps an answer, unless something has changed.
   *
   * @param holds for how long
   * @param changesBefore as it was before the server was asked
   */
  synchronized void keep(String key, Envelope answer, Duration holds, long changesBefore) {
    if (changes == changesBefore) {
      byKey.put(key, new Kept(answer, System.nanoTime(), holds));
    }
  }

  /** The server has said that a list changed. */
  synchronized void changed(Envelope notification) {
    changes++;
    String method = String.valueOf(notification.method());
    String family = method.substring("notifications/".length(), method.lastIndexOf('/') + 1);
    byKey.keySet().removeIf(key -> key.startsWith(family));
  }
}
