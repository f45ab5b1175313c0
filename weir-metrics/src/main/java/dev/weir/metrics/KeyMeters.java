package dev.weir.metrics;

import dev.weir.metrics.MeterNames.PoolMeter;
import dev.weir.metrics.PoolView.KeyCounts;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The connections and the waiting callers of each key of a keyed pool, in one registry. Keys come
 * and go while the pool works: a gauge of a new key is there from the scrape on that finds it.
 */
final class KeyMeters {
  private final Supplier<Map<String, KeyCounts>> byKey;
  private final MeterNames names;
  private final Tags pool;
  private final MultiGauge connections;
  private final MultiGauge waiting;
  private final Lock oneChanges = new ReentrantLock();
  private Set<String> shown = Set.of();
  private boolean closed;

  KeyMeters(
      MeterRegistry registry, MeterNames names, Tags pool, Supplier<Map<String, KeyCounts>> byKey) {
    this.byKey = byKey;
    this.names = names;
    this.pool = pool;
    connections = gauges(registry, PoolMeter.COUNT);
    waiting = gauges(registry, PoolMeter.PENDING_REQUESTS);
  }

  private MultiGauge gauges(MeterRegistry registry, PoolMeter meter) {
    return MultiGauge.builder(names.of(meter))
        .description(meter.about())
        .tags(pool)
        .register(registry);
  }

  /** Has a gauge for each of these keys, and for no other. */
  void show(Set<String> labels) {
    if (!oneChanges.tryLock()) {
      return; // somebody else is at it; the next scrape comes soon
    }
    try {
      if (!closed && !labels.equals(shown)) {
        shown = Set.copyOf(labels); // first: a registry may read a gauge while it is registered
        register(labels);
      }
    } finally {
      oneChanges.unlock();
    }
  }

  void close() {
    oneChanges.lock();
    try {
      closed = true;
      register(Set.of());
    } finally {
      oneChanges.unlock();
    }
  }

  private void register(Set<String> labels) {
    List<Row<?>> connectionRows = new ArrayList<>();
    List<Row<?>> waitingRows = new ArrayList<>();
    for (String label : labels) {
      Tags key = Tags.of(names.key(), label);
      connectionRows.add(row(key.and(names.state(), "idle"), label, KeyCounts::idle));
      connectionRows.add(row(key.and(names.state(), "used"), label, KeyCounts::used));
      waitingRows.add(row(key, label, KeyCounts::pending));
    }
    connections.register(connectionRows);
    waiting.register(waitingRows);
  }

  private Row<?> row(Tags tags, String label, ToDoubleFunction<KeyCounts> value) {
    return Row.of(tags, () -> value.applyAsDouble(byKey.get().getOrDefault(label, KeyCounts.NONE)));
  }
}
