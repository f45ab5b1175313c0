package dev.weir.metrics;

import dev.weir.pool.PoolStats;
import java.util.Map;

/**
 * What meters show of a pool at one moment.
 *
 * @param byKey the keys of a keyed pool under their labels; empty unless asked for
 */
record PoolView(PoolStats stats, Map<String, KeyCounts> byKey) {

  /** How the connections of some keys stand. */
  record KeyCounts(int idle, int used, int pending) {
    static final KeyCounts NONE = new KeyCounts(0, 0, 0);

    static KeyCounts of(PoolStats stats) {
      return new KeyCounts(stats.idle(), stats.active(), stats.pending());
    }

    KeyCounts plus(KeyCounts other) {
      return new KeyCounts(idle + other.idle, used + other.used, pending + other.pending);
    }
  }
}
