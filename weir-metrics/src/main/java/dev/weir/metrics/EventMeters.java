package dev.weir.metrics;

import dev.weir.metrics.MeterNames.PoolMeter;
import dev.weir.pool.PoolEvent;
import dev.weir.pool.PoolEvent.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The meters of one pool in one registry that its events feed. */
final class EventMeters {
  private final MeterRegistry registry;
  private final MeterNames names;
  private final Tags pool;
  private final List<Meter> registered = new ArrayList<>();
  private final Timer createTime;
  private final Counter exhaustions;
  private final Counter breakerOpenings;
  private final Counter leaksSuspected;
  private final Counter leaksEnded;
  private final Map<Reason, Counter> retired = new EnumMap<>(Reason.class);

  /** Registers them, all at once: a series that begins at 1 hides its first event from a rate. */
  EventMeters(MeterRegistry registry, MeterNames names, Tags pool) {
    this.registry = registry;
    this.names = names;
    this.pool = pool;
    createTime =
        Timer.builder(names.of(PoolMeter.CREATE_TIME))
            .description(PoolMeter.CREATE_TIME.about())
            .tags(pool)
            .register(registry);
    registered.add(createTime);
    exhaustions = counter(PoolMeter.EXHAUSTIONS, Tags.empty());
    breakerOpenings = counter(PoolMeter.BREAKER_OPENINGS, Tags.empty());
    leaksSuspected = counter(PoolMeter.LEAKS_SUSPECTED, Tags.empty());
    leaksEnded = counter(PoolMeter.LEAKS_ENDED, Tags.empty());
    for (Reason reason : Reason.values()) {
      Tags tag = Tags.of(names.reason(), MeterNames.label(reason));
      retired.put(reason, counter(PoolMeter.RETIRED, tag));
    }
  }

  private Counter counter(PoolMeter meter, Tags more) {
    Counter counter =
        Counter.builder(names.of(meter))
            .description(meter.about())
            .tags(pool.and(more))
            .register(registry);
    registered.add(counter);
    return counter;
  }

  /** Counts the event; kinds that it does not know pass. */
  void count(PoolEvent event) {
    if (event instanceof PoolEvent.Created created) {
      createTime.record(created.took());
    } else if (event instanceof PoolEvent.Destroyed destroyed) {
      Objects.requireNonNull(retired.get(destroyed.reason())).increment();
    } else if (event instanceof PoolEvent.Exhausted) {
      exhaustions.increment();
    } else if (event instanceof PoolEvent.LeakSuspected) {
      leaksSuspected.increment();
    } else if (event instanceof PoolEvent.LeakEnded) {
      leaksEnded.increment();
    } else if (event instanceof PoolEvent.BreakerOpened opened && opened.connection() == null) {
      breakerOpenings.increment(); // a connection's is counted when the connection leaves
    }
  }

  void close() {
    registered.forEach(registry::remove);
  }
}
