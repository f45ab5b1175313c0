package dev.weir.metrics;

import dev.weir.metrics.PoolView.KeyCounts;
import dev.weir.pool.KeyedPool;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolEvent;
import dev.weir.pool.PoolListener;
import dev.weir.pool.PoolStats;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one pool, in one or more Micrometer registries.
 *
 * <pre>{@code
 * PoolMeters meters = PoolMeters.of("orders", MeterNames.DATABASE);
 * meters.bindTo(registry);
 * Pool<Connection> pool = Pool.builder(factory).name("orders").listener(meters).build();
 * meters.watch(pool);
 * }</pre>
 *
 * <p>Most meters show {@link Pool#stats()}, taken once for all meters that a scrape reads: a value
 * may be 100 ms old. Nothing is counted twice, and the callers of {@code acquire} pay nothing. The
 * few that need events (how long opening took, why connections left) are fed when this is the
 * pool's listener, for which it does not want to hear of every lease; {@link PoolListener#of} joins
 * it with other listeners. Histograms of {@code create_time} are the registry's to turn on, with a
 * {@code MeterFilter}.
 *
 * <p>{@link #close()} removes the meters; call it when the pool is closed, and before another is
 * watched under the same name in the same registry. The pool is held weakly: when it is gone and
 * nobody called {@code close}, the next scrape does.
 *
 * <p>Thread-safe.
 */
public final class PoolMeters implements MeterBinder, PoolListener, AutoCloseable {
  private final String pool;
  private final MeterNames names;
  private final LongSupplier nanoTime;
  private final List<BoundMeters> bound = new CopyOnWriteArrayList<>();
  private final Object changes = new Object();
  private @Nullable Watched watched;
  private boolean closed;

  /** What is watched, and whether its meters tell its keys apart. */
  private record Watched(Supplier<PoolView> view, boolean byKey) {}

  /**
   * @param nanoTime how old a value is
   */
  PoolMeters(String pool, MeterNames names, LongSupplier nanoTime) {
    this.pool = pool;
    this.names = names;
    this.nanoTime = nanoTime;
  }

  /** Meters of a pool of anything, under {@link MeterNames#GENERIC}. */
  public static PoolMeters of(String pool) {
    return of(pool, MeterNames.GENERIC);
  }

  /**
   * @param pool tells this pool from others in the registry
   */
  public static PoolMeters of(String pool, MeterNames names) {
    return new PoolMeters(pool, names, System::nanoTime);
  }

  /**
   * Registers the meters. Bind before the pool is built, or its first connections will be missing
   * from what events feed.
   */
  @Override
  public void bindTo(MeterRegistry registry) {
    synchronized (changes) {
      if (closed || bound.stream().anyMatch(meters -> meters.isIn(registry))) {
        return;
      }
      BoundMeters meters = new BoundMeters(registry, names, pool);
      bound.add(meters);
      if (watched != null) {
        show(meters, watched);
      }
    }
  }

  /** Shows the statistics of this pool. */
  public void watch(Pool<?> pool) {
    WeakReference<Pool<?>> held = new WeakReference<>(pool);
    watch(
        pool.stats(),
        () -> {
          Pool<?> there = held.get();
          return there == null ? null : new PoolView(there.stats(), Map.of());
        },
        false);
  }

  /** Shows the statistics of all keys of this pool together. */
  public void watch(KeyedPool<?, ?> pool) {
    WeakReference<KeyedPool<?, ?>> held = new WeakReference<>(pool);
    watch(
        pool.stats(),
        () -> {
          KeyedPool<?, ?> there = held.get();
          return there == null ? null : new PoolView(there.stats(), Map.of());
        },
        false);
  }

  /**
   * As {@link #watch(KeyedPool)}, and tells the keys apart in the meters that say who has the
   * connections and who waits: {@code connection.count} and {@code connection.pending_requests}.
   *
   * <p>Labels are stored and shown by systems that many people see: a key may be a secret, or hold
   * one (a token, an address with a password), so its label is to be given here. Keys with the same
   * label are added up; what {@code label} answers null for or throws at, and what is beyond {@code
   * most} labels, counts as {@code other}.
   *
   * @param most labels at a time
   */
  public <K> void watch(
      KeyedPool<K, ?> pool, int most, Function<? super K, @Nullable String> label) {
    WeakReference<KeyedPool<K, ?>> held = new WeakReference<>(pool);
    KeyLabels<K> labels = new KeyLabels<>(label, most);
    watch(
        pool.stats(),
        () -> {
          KeyedPool<K, ?> there = held.get();
          return there == null
              ? null
              : new PoolView(there.stats(), labels.counts(there.statsByKey()));
        },
        true);
  }

  /**
   * Shows these statistics: of a pool that is hidden behind something else. Asked once for each
   * meter; a supplier that means one scrape to show one moment takes care of that itself.
   */
  public void watch(Supplier<PoolStats> stats) {
    show(new Watched(() -> new PoolView(stats.get(), Map.of()), false));
  }

  private void watch(PoolStats first, Supplier<@Nullable PoolView> source, boolean byKey) {
    var snapshots = new Snapshots<>(source, nanoTime);
    var last = new Last(new PoolView(first, Map.of()));
    show(new Watched(() -> lookAt(snapshots, last), byKey));
  }

  /** What was seen last, for the scrape that finds the pool gone. */
  private static final class Last {
    private volatile PoolView view;

    Last(PoolView view) {
      this.view = view;
    }
  }

  private PoolView lookAt(Supplier<@Nullable PoolView> snapshots, Last last) {
    PoolView now = snapshots.get();
    if (now == null) {
      close();
      return last.view;
    }
    last.view = now;
    Map<String, KeyCounts> byKey = now.byKey();
    bound.forEach(meters -> meters.showKeys(byKey.keySet()));
    return now;
  }

  private void show(Watched what) {
    synchronized (changes) {
      if (watched != null) {
        throw new IllegalStateException("the meters of pool \"" + pool + "\" watch one already");
      }
      watched = what;
      bound.forEach(meters -> show(meters, what));
    }
  }

  private static void show(BoundMeters meters, Watched what) {
    meters.show(what.view(), what.byKey());
    PoolView unused = what.view().get(); // which has the keys shown
  }

  /** Counts what is rare. Kinds of events that it does not know pass. */
  @Override
  public void onEvent(PoolEvent event) {
    bound.forEach(meters -> meters.count(event));
  }

  /** False: the statistics know how many leases there were. */
  @Override
  public boolean wantsEveryLease() {
    return false;
  }

  /** Removes the meters from every registry. Closing twice does nothing. */
  @Override
  public void close() {
    synchronized (changes) {
      closed = true;
      bound.forEach(BoundMeters::close);
      bound.clear();
    }
  }
}
