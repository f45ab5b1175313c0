package dev.weir.pool.internal;

import dev.weir.pool.ConnectionInfo;
import dev.weir.pool.DrainReport;
import dev.weir.pool.Fairness;
import dev.weir.pool.Lease;
import dev.weir.pool.Options;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.PoolSnapshot;
import dev.weir.pool.PoolStats;
import dev.weir.pool.ReusableLease;
import dev.weir.pool.Selection;
import dev.weir.pool.internal.maintenance.LeakWatch;
import dev.weir.pool.internal.maintenance.Origin;
import dev.weir.pool.internal.maintenance.Retirement;
import dev.weir.pool.internal.open.Endpoint;
import dev.weir.pool.internal.open.Freshness;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Homes;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.slot.SlotWord.Phase;
import dev.weir.pool.internal.stats.Events;
import dev.weir.pool.internal.stats.Tally;
import dev.weir.pool.internal.time.Clock;
import dev.weir.pool.internal.time.Deadline;
import dev.weir.pool.internal.wait.Gate;
import dev.weir.pool.internal.wait.WaitLine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The pool over a table of slots: acquire, release and close.
 *
 * <p><b>Acquire, the fast path.</b> The thread's {@link Homes home} names the slot that it, or one
 * of the few threads with the same home, gave back last. If that was a moment ago, the slot is
 * tried: one compare-and-set. Otherwise the strategy is asked. Whoever gets nothing is for {@link
 * Arrivals}.
 *
 * <p><b>Release, the fast path.</b> What is to be remembered is written into the slot, then the
 * slot is given back by one compare-and-set, then one look tells whether anybody waits or something
 * else is the matter: {@link Traffic#isQuiet}. If so, {@link Traffic} knows who is next.
 *
 * <p><b>What is paid for.</b> Two compare-and-sets on a cache line that is the slot's own. The
 * first takes the slot, and makes what its last holder did happen before. The second publishes what
 * this holder did, decides that the lease ends once (see {@link SlotLease}), and is the fence
 * between giving back and looking for waiters, without which a waiter could sleep beside a free
 * slot (see {@link WaitLine}). A release store would do the first of these, but none of the others.
 * No clock is read but the coarse one, and nothing is counted but in the slot: plain additions to
 * fields that the holder alone writes.
 *
 * <p><b>What is not paid for.</b> Modes, limits, evictions and doubts are flags in the word that
 * the compare-and-set looks at anyway. Unless a listener wants every lease no events are made; a
 * factory that overrides neither {@code isUsable} nor {@code reset} is not called.
 *
 * <p>The pool's own threads never run in this class, but for the completion of asynchronous
 * acquires.
 */
public final class SlotPool<C> implements Pool<C> {
  /** For how long a home is worth a look. A slot used later than that would age, and shall. */
  private static final long HOT = 10_000_000;

  private final Parts<C> parts;
  private final PoolOptions options;
  private final Clock clock;
  private final SlotTable<C> table;
  private final PoolMode mode;
  private final Traffic<C> traffic;
  private final Stock<C> stock;
  private final Surplus<C> surplus;
  private final Supply<C> supply;
  private final Retirement<C> retirement;
  private final WaitLine<C> line;
  private final Gate gate;
  private final Homes<C> homes;
  private final Events events;
  private final Freshness freshness;
  private final Arrivals<C> arrivals;
  private final KeyArrivals<C> keyArrivals;
  private final Departures<C> departures;
  private final Controls<C> controls;
  private final Endpoint endpoint;
  private final Census<C> census;
  private final Snapshots<C> snapshots;

  /** Null unless leases are watched. */
  private final @Nullable LeakWatch<C> watch;

  /** Whether a home is to be asked before the strategy: only one strategy wants the same. */
  private final boolean homeFirst;

  /** Whether nobody may overtake those who wait. */
  private final boolean strict;

  /** Whether a connection has one lease at a time: then a slot's plain counts are exact. */
  private final boolean exclusive;

  /** Whether giving the slot back is all there is to the end of a lease: see {@link SlotLease}. */
  private final boolean plain;

  public SlotPool(Parts<C> parts) {
    this.parts = parts;
    options = parts.options();
    clock = parts.clock();
    table = parts.table();
    events = parts.events();
    homes = new Homes<>(clock.coarseNanos());
    Mechanisms<C> mechanisms = new Mechanisms<>(parts);
    mode = mechanisms.mode();
    traffic = mechanisms.traffic();
    stock = mechanisms.stock();
    surplus = mechanisms.surplus();
    supply = mechanisms.supply();
    retirement = mechanisms.retirement();
    line = mechanisms.line();
    gate = mechanisms.gate();
    freshness = mechanisms.freshness();
    endpoint = mechanisms.opener().endpoint();
    departures = new Departures<>(parts, mechanisms);
    watch = LeakWatch.ifWanted(parts, departures::recover);
    controls = new Controls<>(parts, mechanisms, watch);
    arrivals = new Arrivals<>(parts, mechanisms, this::lease, this::origin);
    Holders<C> holders = new Holders<>(parts, watch);
    census = new Census<>(parts, holders);
    snapshots = new Snapshots<>(parts, mechanisms, holders, census);
    keyArrivals = new KeyArrivals<>(parts, mechanisms, arrivals);
    homeFirst = parts.ownStrategy() == null && options.strategy() == Selection.LIFO;
    strict = options.fairness() == Fairness.STRICT;
    exclusive = options.maxLeasesPerConnection() == 1;
    plain =
        exclusive
            && !freshness.resets()
            && !freshness.tellsUsable()
            && !events.tellsEveryLease()
            && watch == null;
  }

  /** Begins to open {@code min} connections. */
  public void start() {
    controls.start();
  }

  /**
   * Waits until {@code min} connections are there; closes the pool and throws when that does not
   * succeed.
   */
  public void awaitMin() {
    controls.awaitMin();
  }

  @Override
  public Lease<C> acquire() throws InterruptedException {
    return acquire(options.acquireTimeout());
  }

  @Override
  public Lease<C> acquire(Duration timeout) throws InterruptedException {
    long now = clock.coarseNanos();
    Slot<C> slot = takeReady(now);
    if (slot == null) {
      return arrivals.await(timeout);
    }
    SlotLease<C> lease = lease(slot, now, Thread.currentThread(), origin());
    events.acquired(slot.id(), 0);
    return lease;
  }

  @Override
  public @Nullable Lease<C> tryAcquire() {
    long now = clock.coarseNanos();
    Slot<C> slot = takeReady(now);
    if (slot == null) {
      return null;
    }
    SlotLease<C> lease = lease(slot, now, Thread.currentThread(), origin());
    events.acquired(slot.id(), 0);
    return lease;
  }

  @Override
  public Lease<C> acquire(Object key) throws InterruptedException {
    return acquire(key, options.acquireTimeout());
  }

  @Override
  public Lease<C> acquire(Object key, Duration timeout) throws InterruptedException {
    long start = clock.nanos();
    Slot<C> slot = takeReady(key, clock.coarseNanos());
    if (slot != null) {
      events.acquired(slot.id(), 0);
    } else {
      slot = keyArrivals.await(key, timeout);
      if (slot == null && !mode.isClosing()) {
        slot = takeReady(clock.coarseNanos()); // others may be ready, whatever the own one does
        if (slot != null) {
          arrivals.told(slot, start);
        }
      }
      if (slot == null) {
        slot = arrivals.awaitSlot(timeout, start);
      }
    }
    keyArrivals.remember(key, slot);
    return lease(slot, clock.coarseNanos(), Thread.currentThread(), origin());
  }

  /** The key's own, or if that is not worth waiting for, any. */
  private @Nullable Slot<C> takeReady(Object key, long now) {
    if (mustNotTake()) {
      return null;
    }
    Slot<C> own = keyArrivals.take(key, now);
    return own != null || keyArrivals.isWorthWaitingFor(key) ? own : takeReady(now);
  }

  @Override
  public CompletionStage<Lease<C>> acquireAsync(Object key, Duration timeout) {
    long now = clock.coarseNanos();
    Slot<C> slot = takeReady(key, now);
    if (slot != null) {
      events.acquired(slot.id(), 0);
      keyArrivals.remember(key, slot);
      return CompletableFuture.completedFuture(lease(slot, now, Thread.currentThread(), origin()));
    }
    return keyArrivals.enlist(key, timeout);
  }

  @Override
  public CompletionStage<Lease<C>> acquireAsync() {
    return acquireAsync(options.acquireTimeout());
  }

  @Override
  public CompletionStage<Lease<C>> acquireAsync(Duration timeout) {
    long now = clock.coarseNanos();
    Slot<C> slot = takeReady(now);
    if (slot == null) {
      return arrivals.enlist(timeout);
    }
    SlotLease<C> lease = lease(slot, now, Thread.currentThread(), origin());
    events.acquired(slot.id(), 0);
    return CompletableFuture.completedFuture(lease);
  }

  @Override
  public ReusableLease<C> reusableLease() {
    return watch == null ? new SlotLease<>(this) : new WatchedLease<>(this, watch);
  }

  void acquireInto(SlotLease<C> lease, Duration timeout) throws InterruptedException {
    if (!lease.isEnded()) {
      throw new IllegalStateException("pool \"" + name() + "\": this lease has not ended");
    }
    long now = clock.coarseNanos();
    Slot<C> slot = takeReady(now);
    if (slot == null) {
      slot = arrivals.awaitSlot(timeout, clock.nanos());
      now = clock.coarseNanos();
    } else {
      events.acquired(slot.id(), 0);
    }
    note(slot, now, Thread.currentThread());
    lease.begin(slot, now);
  }

  Duration acquireTimeout() {
    return options.acquireTimeout();
  }

  /** Whether a newcomer has to stand in line, or be refused there, although a slot may be ready. */
  private boolean mustNotTake() {
    return (strict && !line.isEmpty()) || (!exclusive && mode.isClosing());
  }

  private @Nullable Slot<C> takeReady(long now) {
    if (mustNotTake()) {
      return null;
    }
    if (homeFirst) {
      Slot<C> home = homes.of(Thread.currentThread()).slot();
      if (home != null
          && now - home.lastUsed() < HOT
          && home.isReadyAt(now)
          && home.tryLend()
          && (!freshness.tellsUsable() || stock.isSound(home, now))) {
        return home;
      }
    }
    return stock.take();
  }

  private SlotLease<C> lease(Slot<C> slot, long now, Thread holder, @Nullable Origin origin) {
    note(slot, now, holder);
    return watch == null || origin == null
        ? new SlotLease<>(this, slot, now)
        : new WatchedLease<>(this, slot, now, watch, origin);
  }

  private @Nullable Origin origin() {
    return watch == null ? null : new Origin();
  }

  private void note(Slot<C> slot, long now, Thread holder) {
    if (exclusive) {
      slot.lent(now, holder, homes);
    } else {
      slot.lentToOneMore(now, holder);
    }
  }

  void giveBack(SlotLease<C> lease) {
    if (!plain) {
      if (lease.end()) {
        departures.giveBack(lease);
      }
      return;
    }
    if (lease.isEnded()) {
      return;
    }
    lease.tellEnded();
    Slot<C> slot = lease.slot();
    int generation = lease.generation();
    long now = clock.coarseNanos();
    if (traffic.needsCare()
        || !slot.isLent(generation)
        || slot.failuresInARow() != 0
        || slot.isOld(now)) {
      departures.giveBack(lease);
      return;
    }
    long stamp = slot.home().remember(slot, now);
    slot.returned(stamp, freshness.readyUntil(slot.retiresAt(), stamp));
    if (line.isEmpty()) {
      switch (slot.giveBack(generation)) {
        case STALE -> {
          return; // another thread was faster, with the same lease
        }
        case CLOSING -> retirement.retire(slot);
        default -> {
          if (!traffic.isQuiet()) {
            traffic.freed(slot);
          }
        }
      }
    } else {
      traffic.putBack(slot, generation);
    }
    parts.counters().released(now - lease.since());
  }

  void failed(SlotLease<C> lease, Throwable cause) {
    departures.failed(lease, cause);
  }

  void discard(SlotLease<C> lease, @Nullable Throwable cause) {
    departures.discard(lease, cause);
  }

  C detach(SlotLease<C> lease) {
    return departures.detach(lease);
  }

  /** To be called before the lease has ended, which stays as it is. */
  void refuseDetachOfShared() {
    if (!exclusive) {
      throw new UnsupportedOperationException(
          "pool \"" + name() + "\": a connection that others may lease too cannot be detached");
    }
  }

  @Override
  public boolean limitLeases(C connection, int maxLeases) {
    return controls.limitLeases(connection, maxLeases);
  }

  @Override
  public void resize(int min, int max) {
    controls.resize(min, max);
  }

  @Override
  public void suspend() {
    controls.suspend();
  }

  @Override
  public void resume() {
    controls.resume();
  }

  @Override
  public void evictAll() {
    controls.evictAll();
  }

  @Override
  public DrainReport drain() throws InterruptedException {
    return drain(options.drainTimeout());
  }

  @Override
  public DrainReport drain(Duration timeout) throws InterruptedException {
    long start = clock.nanos();
    beginDrain();
    gate.await(this::isDrained, clock, Deadline.after(start, timeout));
    List<ConnectionInfo> held = census.leased();
    int waiting = line.waiting();
    Duration took = Duration.ofNanos(clock.nanos() - start);
    boolean complete = held.isEmpty() && waiting == 0;
    return new DrainReport(complete, took, held, snapshots.holders(), waiting);
  }

  /** The first half of a drain. */
  void beginDrain() {
    controls.drain();
  }

  private boolean isDrained() {
    return line.isEmpty() && table.count(Phase.LEASED) == 0;
  }

  @Override
  public void close() {
    controls.close();
  }

  /** See {@link Supply#look}. */
  void supply() {
    supply.look();
  }

  /** What may go because its place is needed by another pool. */
  Surplus<C> surplus() {
    return surplus;
  }

  @Override
  public PoolStats stats() {
    String strategy = parts.ownStrategy() == null ? Options.text(options.strategy()) : "own";
    return tally().with(sizes(), strategy);
  }

  Tally tally() {
    return parts.counters().tally(table.uses(), table.ended());
  }

  Tally.Sizes sizes() {
    int endpointsDown = mode.isClosing() || endpoint.isUp() ? 0 : 1;
    return census.sizes(traffic.pending(), endpointsDown);
  }

  /** See {@link SlotTable#floor}. */
  int floor() {
    return table.floor();
  }

  @Override
  public PoolSnapshot snapshot() {
    return snapshots.take(stats(), false);
  }

  @Override
  public PoolSnapshot snapshotWithStacks() {
    return snapshots.take(stats(), true);
  }

  @Override
  public List<ConnectionInfo> connections() {
    return census.connections();
  }

  @Override
  public boolean isHealthy() {
    return mode.isOpen() && (endpoint.isSound() || table.staying() > table.opening());
  }

  @Override
  public String name() {
    return parts.name();
  }

  @Override
  public PoolOptions options() {
    return options.withSize(table.min(), table.max());
  }
}
