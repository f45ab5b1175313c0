package dev.weir.metrics;

import dev.weir.metrics.PoolView.KeyCounts;
import dev.weir.pool.PoolStats;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gives keys their labels, and never more labels than asked for: what is beyond, or has none,
 * counts as {@value #OTHER}. A label stays as long as one of its keys has a pool, so that a series
 * does not change what it means. Used by one thread at a time.
 */
final class KeyLabels<K> {
  static final String OTHER = "other";

  private final Function<? super K, @Nullable String> labels;
  private final int most;
  private Set<String> inUse = Set.of();

  KeyLabels(Function<? super K, @Nullable String> labels, int most) {
    this.labels = labels;
    this.most = most;
  }

  Map<String, KeyCounts> counts(Map<K, PoolStats> byKey) {
    Map<String, KeyCounts> wanted = new LinkedHashMap<>();
    byKey.forEach((key, stats) -> wanted.merge(label(key), KeyCounts.of(stats), KeyCounts::plus));
    Set<String> chosen = choose(wanted.keySet());
    Map<String, KeyCounts> counts = new HashMap<>();
    wanted.forEach(
        (label, each) ->
            counts.merge(chosen.contains(label) ? label : OTHER, each, KeyCounts::plus));
    inUse = chosen;
    return counts;
  }

  private Set<String> choose(Set<String> wanted) {
    Set<String> chosen = new HashSet<>(inUse);
    chosen.retainAll(wanted);
    for (String label : wanted) {
      if (chosen.size() < most && !label.equals(OTHER)) {
        chosen.add(label);
      }
    }
    return chosen;
  }

  private String label(K key) {
    try {
      String label = labels.apply(key);
      return label == null ? OTHER : label;
    } catch (RuntimeException e) {
      return OTHER; // a key without a label must not cost the whole scrape
    }
  }
}
