package dev.weir.jdbc.view;

import dev.weir.jdbc.bouncer.PgBouncerPool;
import dev.weir.jdbc.bouncer.PgBouncerSnapshot;
import dev.weir.jdbc.bouncer.PgBouncerTraffic;
import dev.weir.jdbc.view.Alert.Kind;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of a {@link DatabaseView} in Micrometer registries; {@link ViewMeter} has their names.
 * A scrape asks no server: it shows the last look. Gauges of what that look did not bring are NaN,
 * counters stay as they were. Those of PgBouncer are there if the view looks at one.
 *
 * <p>Needs {@code io.micrometer:micrometer-core}, which this module does not bring along. {@link
 * #close} removes the meters. Thread-safe.
 */
public final class DatabaseViewMeters implements MeterBinder, AutoCloseable {
  private final DatabaseView view;
  private final List<Registered> registered = new CopyOnWriteArrayList<>();

  /** The last that was there: counters must not fall while PgBouncer does not answer. */
  private volatile @Nullable PgBouncerSnapshot lastPgBouncer;

  private record Registered(MeterRegistry registry, Meter meter) {}

  private DatabaseViewMeters(DatabaseView view) {
    this.view = view;
  }

  /** Meters of this view, tagged with its name. */
  public static DatabaseViewMeters of(DatabaseView view) {
    return new DatabaseViewMeters(view);
  }

  /** Registers the meters. */
  @Override
  public void bindTo(MeterRegistry registry) {
    gauge(registry, ViewMeter.UP, "", () -> sessions() == null ? 0 : 1);
    gauge(registry, ViewMeter.ALERTS, "", () -> view.health().alerts().size());
    for (Kind kind : Kind.values()) {
      if (view.looksAtPgBouncer() || !kind.isOfPgBouncer()) {
        counter(registry, ViewMeter.ALERTS_RAISED, kind.label(), () -> view.raised(kind));
      }
    }
    sessions(registry, "active", DatabaseSessions::active);
    sessions(registry, "idle", DatabaseSessions::idle);
    sessions(registry, "idle-in-transaction", DatabaseSessions::idleInTransaction);
    sessions(registry, "hidden", DatabaseSessions::hidden);
    gauge(registry, ViewMeter.SESSIONS_ALL, "", () -> seen(DatabaseSessions::total));
    gauge(registry, ViewMeter.SESSIONS_MAX, "", () -> seen(DatabaseSessions::maxConnections));
    time(
        registry,
        ViewMeter.OLDEST_TRANSACTION,
        () -> seen(seen -> seconds(seen.oldestTransaction())));
    time(
        registry,
        ViewMeter.OLDEST_IDLE_IN_TRANSACTION,
        () -> seen(seen -> seconds(seen.oldestIdleInTransaction())));
    if (view.looksAtPgBouncer()) {
      bindPgBouncer(registry);
    }
  }

  private void bindPgBouncer(MeterRegistry registry) {
    gauge(registry, ViewMeter.PGBOUNCER_UP, "", () -> pgBouncer() == null ? 0 : 1);
    pools(registry, ViewMeter.PGBOUNCER_CLIENTS, "active", PgBouncerPool::clientsActive);
    pools(registry, ViewMeter.PGBOUNCER_CLIENTS, "waiting", PgBouncerPool::clientsWaiting);
    pools(registry, ViewMeter.PGBOUNCER_SERVERS, "active", PgBouncerPool::serversActive);
    pools(registry, ViewMeter.PGBOUNCER_SERVERS, "idle", PgBouncerPool::serversIdle);
    pools(registry, ViewMeter.PGBOUNCER_SERVERS, "used", PgBouncerPool::serversUsed);
    pools(registry, ViewMeter.PGBOUNCER_SERVERS, "tested", PgBouncerPool::serversTested);
    pools(registry, ViewMeter.PGBOUNCER_SERVERS, "login", PgBouncerPool::serversLogin);
    time(
        registry,
        ViewMeter.PGBOUNCER_MAX_WAIT,
        () -> {
          PgBouncerSnapshot seen = pgBouncer();
          return seen == null ? Double.NaN : seconds(seen.maxWait());
        });
    counter(
        registry,
        ViewMeter.PGBOUNCER_TRANSACTIONS,
        "",
        () -> traffic(PgBouncerTraffic::transactions));
    counter(registry, ViewMeter.PGBOUNCER_QUERIES, "", () -> traffic(PgBouncerTraffic::queries));
    counter(
        registry,
        ViewMeter.PGBOUNCER_WAIT_SECONDS,
        "",
        () -> traffic(row -> row.waitTime().toMillis()) / 1e3);
  }

  /** Removes the meters from every registry. Closing twice does nothing. */
  @Override
  public void close() {
    registered.forEach(entry -> entry.registry().remove(entry.meter()));
    registered.clear();
  }

  private void sessions(
      MeterRegistry registry, String state, ToDoubleFunction<DatabaseSessions> count) {
    gauge(registry, ViewMeter.SESSIONS, state, () -> seen(count));
  }

  private void pools(
      MeterRegistry registry, ViewMeter meter, String state, ToIntFunction<PgBouncerPool> count) {
    gauge(
        registry,
        meter,
        state,
        () -> {
          PgBouncerSnapshot seen = pgBouncer();
          return seen == null ? Double.NaN : seen.pools().stream().mapToInt(count).sum();
        });
  }

  private double seen(ToDoubleFunction<DatabaseSessions> what) {
    DatabaseSessions seen = sessions();
    return seen == null ? Double.NaN : what.applyAsDouble(seen);
  }

  private double traffic(ToLongFunction<PgBouncerTraffic> what) {
    PgBouncerSnapshot now = pgBouncer();
    PgBouncerSnapshot seen = now == null ? lastPgBouncer : now;
    lastPgBouncer = seen;
    return seen == null ? 0 : seen.traffic().stream().mapToLong(what).sum();
  }

  private @Nullable DatabaseSessions sessions() {
    DatabaseLook look = view.latest().orElse(null);
    return look == null ? null : look.sessions();
  }

  private @Nullable PgBouncerSnapshot pgBouncer() {
    DatabaseLook look = view.latest().orElse(null);
    return look == null ? null : look.pgBouncer();
  }

  private static double seconds(Duration span) {
    return span.toMillis() / 1e3;
  }

  private void gauge(MeterRegistry registry, ViewMeter meter, String tag, DoubleSupplier value) {
    add(
        registry,
        Gauge.builder(meter.meterName(), view, it -> value.getAsDouble())
            .tags(tags(meter, tag))
            .description(meter.about())
            .register(registry));
  }

  private void time(MeterRegistry registry, ViewMeter meter, DoubleSupplier seconds) {
    add(
        registry,
        TimeGauge.builder(meter.meterName(), view, TimeUnit.SECONDS, it -> seconds.getAsDouble())
            .tags(tags(meter, ""))
            .description(meter.about())
            .register(registry));
  }

  private void counter(MeterRegistry registry, ViewMeter meter, String tag, DoubleSupplier value) {
    add(
        registry,
        FunctionCounter.builder(meter.meterName(), view, it -> value.getAsDouble())
            .tags(tags(meter, tag))
            .description(meter.about())
            .register(registry));
  }

  private Tags tags(ViewMeter meter, String value) {
    Tags tags = Tags.of(ViewMeter.DATABASE, view.name());
    return meter.ownTags().isEmpty() ? tags : tags.and(meter.ownTags().get(0), value);
  }

  private void add(MeterRegistry registry, Meter meter) {
    registered.add(new Registered(registry, meter));
  }
}
