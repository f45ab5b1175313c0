package dev.weir.pool.internal;

import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.ConnectionInfo;
import dev.weir.pool.DrainReport;
import dev.weir.pool.KeyedPool;
import dev.weir.pool.KeyedPoolOptions;
import dev.weir.pool.Lease;
import dev.weir.pool.LeaseHolder;
import dev.weir.pool.Options;
import dev.weir.pool.PoolClosedException;
import dev.weir.pool.PoolSnapshot;
import dev.weir.pool.PoolStats;
import dev.weir.pool.internal.slot.Budget;
import dev.weir.pool.internal.stats.Counters;
import dev.weir.pool.internal.stats.Tally;
import dev.weir.pool.internal.time.Alarm;
import dev.weir.pool.internal.time.Clock;
import dev.weir.pool.internal.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One {@link SlotPool} a key, in a room that counts its visitors: a room is dropped only when
 * nobody is in it, and nobody enters a dropped one, so no caller meets a pool that was closed under
 * its feet. The pools share a budget, the alarm and the workers.
 *
 * <p><b>Suspending</b> is for all keys, and rooms are made meanwhile: {@link Suspension} says why
 * none is forgotten.
 *
 * <p><b>Evicting</b> needs no such care: a pool opens nothing before it is in the map, so one that
 * is not seen there has no connection yet that could be outdated.
 *
 * <p>{@code KeyedSuspendTest} and the simulation check both.
 *
 * <p><b>Resizing</b> is for all keys, too: {@link Sizing} says why none keeps other bounds.
 */
public final class KeyedSlotPool<K, C> implements KeyedPool<K, C> {
  /** Makes the pool of a key. */
  @FunctionalInterface
  public interface PoolMaker<C> {
    SlotPool<C> make(String name, ConnectionFactory<C> factory, Budget budget);
  }

  private final String name;
  private final KeyedPoolOptions options;
  private final Function<? super K, ? extends ConnectionFactory<C>> factories;
  private final PoolMaker<C> maker;
  private final Clock clock;
  private final Alarm alarm;
  private final ConcurrentHashMap<K, Room<C>> rooms = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<SlotPool<C>> dropped = new ConcurrentLinkedQueue<>();
  private final AtomicReference<Tally> gone = new AtomicReference<>(new Counters().tally(0, 0));
  private final SharedBudget budget;
  private final Suspension suspension = new Suspension();
  private final Sizing sizing;
  private volatile Alarm.@Nullable Call nextLook;
  private volatile boolean draining;
  private volatile boolean closed;

  private static final class Room<C> {
    private static final int DROPPED = -1;
    private final SlotPool<C> pool;
    private final AtomicInteger visitors = new AtomicInteger();
    private volatile long lastVisit;

    Room(SlotPool<C> pool, long now) {
      this.pool = pool;
      lastVisit = now;
    }

    boolean enter() {
      for (int seen = visitors.get(); seen != DROPPED; seen = visitors.get()) {
        if (visitors.compareAndSet(seen, seen + 1)) {
          return true;
        }
      }
      return false;
    }

    void exit(long now) {
      lastVisit = now;
      visitors.decrementAndGet();
    }

    boolean drop() {
      return visitors.compareAndSet(0, DROPPED);
    }
  }

  public KeyedSlotPool(
      String name,
      KeyedPoolOptions options,
      Function<? super K, ? extends ConnectionFactory<C>> factories,
      PoolMaker<C> maker,
      Clock clock,
      Alarm alarm) {
    this.name = name;
    this.options = options;
    this.factories = factories;
    this.maker = maker;
    this.clock = clock;
    this.alarm = alarm;
    sizing = new Sizing(options);
    budget = new SharedBudget(options.maxTotal(), rooms::size, this::reclaimFor);
  }

  /** Begins to look for keys that nobody uses. */
  public void start() {
    long next = Deadline.after(clock.nanos(), options.perKey().evictionInterval());
    Alarm.Call call = alarm.at(next, this::dropIdleKeys);
    nextLook = call;
    if (closed) {
      call.cancel();
    }
  }

  @Override
  public Lease<C> acquire(K key) throws InterruptedException {
    return acquire(key, options.perKey().acquireTimeout());
  }

  @Override
  public Lease<C> acquire(K key, Duration timeout) throws InterruptedException {
    Room<C> room = enter(key);
    try {
      return room.pool.acquire(timeout);
    } finally {
      room.exit(clock.coarseNanos());
    }
  }

  @Override
  public CompletionStage<Lease<C>> acquireAsync(K key) {
    return acquireAsync(key, options.perKey().acquireTimeout());
  }

  @Override
  public CompletionStage<Lease<C>> acquireAsync(K key, Duration timeout) {
    Room<C> room;
    try {
      room = enter(key);
    } catch (PoolClosedException e) {
      return CompletableFuture.failedFuture(e);
    }
    CompletionStage<Lease<C>> stage = room.pool.acquireAsync(timeout);
    var unused = stage.whenComplete((lease, failure) -> room.exit(clock.coarseNanos()));
    return stage;
  }

  private Room<C> enter(K key) {
    while (true) {
      if (closed || draining) {
        throw new PoolClosedException(
            "pool \"" + name + "\": " + (closed ? "closed" : "being drained, lends no more"), null);
      }
      Room<C> room = rooms.get(key);
      if (room == null) {
        room = open(key);
      }
      if (room.enter()) {
        if (suspension.isOn()) {
          suspension.settle(room.pool);
        }
        return room;
      }
      rooms.remove(key, room); // dropped; whoever dropped it is about to do the same
    }
  }

  private Room<C> open(K key) {
    // Outside of the map's own locks: the user's function may block.
    ConnectionFactory<C> factory = factories.apply(key);
    SharedBudget.Share share = budget.new Share();
    Room<C> mine = new Room<>(maker.make(name + "/" + key, factory, share), clock.coarseNanos());
    share.belongsTo(mine.pool);
    Room<C> theirs = rooms.putIfAbsent(key, mine);
    if (theirs != null) {
      return theirs;
    }
    mine.pool.start();
    sizing.settleIfChanged(mine.pool);
    // In this order: either this thread sees the flag, or close() and drain() see the room.
    if (closed) {
      mine.pool.close();
    } else if (draining) {
      mine.pool.beginDrain();
    }
    return mine;
  }

  /**
   * Has the connection closed that has been idle longest under any key but the one that needs its
   * place.
   */
  private void reclaimFor(SharedBudget.Share share) {
    long now = clock.nanos();
    long longest = now;
    SlotPool<C> giver = null;
    for (Room<C> room : rooms.values()) {
      long since = room.pool.surplus().idleSince(now);
      if (!share.isOf(room.pool) && since - longest < 0) {
        longest = since;
        giver = room.pool;
      }
    }
    if (giver != null) {
      giver.surplus().giveUpIdle();
    }
  }

  private void dropIdleKeys() {
    if (closed) {
      return;
    }
    long idle = Deadline.nanos(options.keyIdleTimeout());
    long since = clock.nanos() - idle;
    rooms.forEach(
        (key, room) -> {
          if (idle > 0
              && room.lastVisit - since <= 0
              && room.pool.surplus().isUnusedSince(since)
              && room.drop()) {
            dropped.add(room.pool);
            rooms.remove(key, room);
            room.pool.close();
          }
        });
    forgetClosed();
    start();
  }

  /** Keeps the counts of dropped pools, but not the pools, once their last connection is closed. */
  private void forgetClosed() {
    for (SlotPool<C> pool : dropped) {
      if (pool.sizes().size() == 0) {
        gone.set(gone.get().plus(pool.tally()));
        dropped.remove(pool);
      }
    }
  }

  @Override
  public PoolStats stats() {
    Tally tally = gone.get();
    Tally.Sizes sizes = Tally.Sizes.NONE;
    List<SlotPool<C>> pools = new ArrayList<>(dropped);
    rooms.values().forEach(room -> pools.add(room.pool));
    for (SlotPool<C> pool : pools) {
      tally = tally.plus(pool.tally());
      sizes = sizes.plus(pool.sizes());
    }
    return tally.with(sizes.withMax(budget.places()), Options.text(options.perKey().strategy()));
  }

  List<Tally.Sizes> sizes() {
    return rooms.values().stream().map(room -> room.pool.sizes()).toList();
  }

  @Override
  public Map<K, PoolStats> statsByKey() {
    Map<K, PoolStats> stats = new HashMap<>();
    rooms.forEach((key, room) -> stats.put(key, room.pool.stats()));
    return stats;
  }

  @Override
  public Map<K, PoolSnapshot> snapshotByKey() {
    Map<K, PoolSnapshot> snapshots = new HashMap<>();
    rooms.forEach((key, room) -> snapshots.put(key, room.pool.snapshot()));
    return snapshots;
  }

  @Override
  public Map<K, List<ConnectionInfo>> connections() {
    Map<K, List<ConnectionInfo>> connections = new HashMap<>();
    rooms.forEach((key, room) -> connections.put(key, room.pool.connections()));
    return connections;
  }

  @Override
  public void resize(int min, int max, int maxTotal) {
    sizing.change(min, max, maxTotal);
    rooms.values().forEach(room -> sizing.settle(room.pool));
    sizing.settle(budget);
  }

  @Override
  public void suspend() {
    suspension.begin();
    rooms.values().forEach(room -> suspension.settle(room.pool));
  }

  @Override
  public void resume() {
    suspension.end();
    rooms.values().forEach(room -> suspension.settle(room.pool));
  }

  @Override
  public void evictAll() {
    rooms.values().forEach(room -> room.pool.evictAll());
  }

  @Override
  public void evictAll(K key) {
    Room<C> room = rooms.get(key);
    if (room != null) {
      room.pool.evictAll();
    }
  }

  @Override
  public DrainReport drain() throws InterruptedException {
    return drain(options.perKey().drainTimeout());
  }

  @Override
  public DrainReport drain(Duration timeout) throws InterruptedException {
    draining = true;
    long start = clock.nanos();
    long deadline = Deadline.after(start, timeout);
    rooms.values().forEach(room -> room.pool.beginDrain());
    List<ConnectionInfo> held = new ArrayList<>();
    List<LeaseHolder> holders = new ArrayList<>();
    int waiting = 0;
    for (Room<C> room : rooms.values()) {
      Duration rest = Duration.ofNanos(Math.max(0, deadline - clock.nanos()));
      DrainReport report = room.pool.drain(rest);
      held.addAll(report.stillLeased());
      holders.addAll(report.holders());
      waiting += report.stillWaiting();
    }
    Duration took = Duration.ofNanos(clock.nanos() - start);
    return new DrainReport(held.isEmpty() && waiting == 0, took, held, holders, waiting);
  }

  @Override
  public void close() {
    closed = true;
    Alarm.Call call = nextLook;
    if (call != null) {
      call.cancel();
    }
    rooms.values().forEach(room -> room.pool.close());
  }

  @Override
  public boolean isHealthy() {
    return !closed && !draining && rooms.values().stream().allMatch(room -> room.pool.isHealthy());
  }

  @Override
  public String name() {
    return name;
  }
}
