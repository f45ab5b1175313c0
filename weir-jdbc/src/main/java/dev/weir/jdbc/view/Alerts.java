package dev.weir.jdbc.view;

import dev.weir.jdbc.view.Alert.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * What is beyond its threshold, since when, and how often each was.
 *
 * <p>The view's thread alone changes it; anybody reads, through one volatile list and one array of
 * counters. It is plain: an alert ends with the first look that does not see it any more.
 */
final class Alerts {
  private final Map<Kind, Alert> standing = new EnumMap<>(Kind.class);
  private final AtomicLongArray raised = new AtomicLongArray(Kind.values().length);
  private volatile List<Alert> now = List.of();

  /** What a look changed. */
  record Change(List<Alert> raised, List<Alert> ended) {}

  /**
   * Takes over what a look brought.
   *
   * @param breaches as {@link Thresholds#of} gives it
   */
  Change update(Map<Kind, @Nullable String> breaches, Instant at) {
    List<Alert> began = new ArrayList<>();
    List<Alert> ended = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      Alert before = standing.get(kind);
      String about = breaches.get(kind);
      if (about != null) {
        Alert alert = new Alert(kind, about, before == null ? at : before.since());
        standing.put(kind, alert);
        if (before == null) {
          raised.incrementAndGet(kind.ordinal());
          began.add(alert);
        }
      } else if (before != null && !breaches.containsKey(kind)) {
        standing.remove(kind);
        ended.add(before);
      }
    }
    now = List.copyOf(standing.values());
    return new Change(began, ended);
  }

  List<Alert> now() {
    return now;
  }

  long raised(Kind kind) {
    return raised.get(kind.ordinal());
  }
}
