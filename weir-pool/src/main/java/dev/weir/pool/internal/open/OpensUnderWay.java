package dev.weir.pool.internal.open;

import dev.weir.pool.PoolSnapshot.Opening;
import dev.weir.pool.internal.slot.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is being done about each reserved place, for reports. Nothing is decided by it. Written by
 * whoever begins, pauses or ends a try.
 */
final class OpensUnderWay<C> {
  private final ConcurrentHashMap<Slot<C>, Stage> stages = new ConcurrentHashMap<>();

  /** Running since {@code moment}, or to begin then. */
  private record Stage(int attempt, boolean pausing, long moment) {}

  void trying(Slot<C> slot, int attempt, long now) {
    stages.put(slot, new Stage(attempt, false, now));
  }

  void pausing(Slot<C> slot, int nextAttempt, long until) {
    stages.put(slot, new Stage(nextAttempt, true, until));
  }

  /** To be called before the place can be reserved again. */
  void ended(Slot<C> slot) {
    stages.remove(slot);
  }

  List<Opening> at(long now) {
    List<Opening> all = new ArrayList<>();
    for (Stage stage : stages.values()) {
      Duration span =
          Duration.ofNanos(Math.max(0, stage.pausing ? stage.moment - now : now - stage.moment));
      all.add(new Opening(stage.attempt, stage.pausing ? null : span, stage.pausing ? span : null));
    }
    return all;
  }
}
