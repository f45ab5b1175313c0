package dev.weir.gateway;

import dev.weir.gateway.admin.UpstreamState;
import dev.weir.gateway.admin.dashboard.RefusedException;
import dev.weir.gateway.admin.dashboard.UpstreamControls;
import dev.weir.gateway.lease.Leases;
import dev.weir.gateway.lease.Standby;
import dev.weir.gateway.lease.StandbyBounds;
import dev.weir.pool.PoolSnapshot;
import dev.weir.pool.PoolStats;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an operator can do with an upstream: each action by the part that it is about, and refused
 * where there is no such part. Thread-safe.
 */
final class UpstreamWorks implements UpstreamControls {
  private final Supplier<UpstreamState> state;
  private final Leases leases;
  private final @Nullable RemoteServer server;
  private final @Nullable Standby standby;

  UpstreamWorks(
      Supplier<UpstreamState> state,
      Leases leases,
      @Nullable RemoteServer server,
      @Nullable Standby standby) {
    this.state = state;
    this.leases = leases;
    this.server = server;
    this.standby = standby;
  }

  @Override
  public UpstreamState state() {
    return state.get();
  }

  private String name() {
    return "upstream \"" + leases.upstream() + "\"";
  }

  @Override
  public Connections connections() {
    if (server != null) {
      PoolStats pool = server.pool();
      return new Connections(
          pool.active(), pool.idle(), pool.opening(), pool.pending(), pool.maxSize());
    }
    int waiting = standby == null ? 0 : standby.waiting();
    return new Connections(state().upstream().sessionCount(), ready(), 0, waiting, 0);
  }

  @Override
  public Set<String> clients() {
    return leases.clients();
  }

  @Override
  public Map<String, PoolSnapshot> pools() {
    return server == null ? Map.of() : server.pools();
  }

  @Override
  public int ready() {
    return standby == null ? 0 : standby.ready();
  }

  @Override
  public Map<Stock, Bounds> sizes() {
    Map<Stock, Bounds> sizes = new EnumMap<>(Stock.class);
    if (server != null) {
      sizes.put(Stock.POOL, server.size());
    }
    if (standby != null) {
      StandbyBounds bounds = standby.bounds();
      sizes.put(Stock.STANDBY, new Bounds(bounds.min(), bounds.max()));
    }
    return Collections.unmodifiableMap(sizes);
  }

  @Override
  public Set<Action> actions() {
    if (state().retired()) {
      return Set.of();
    }
    Set<Action> actions = EnumSet.of(leases.isDrained() ? Action.RESUME : Action.DRAIN);
    if (server != null || standby != null) {
      actions.addAll(Set.of(Action.RECYCLE, Action.RESIZE));
      if (!leases.isDrained()) {
        actions.add(Action.PRE_WARM);
      }
    }
    return actions;
  }

  @Override
  public String drain() throws RefusedException {
    refuseIfRetired();
    if (leases.isDrained()) {
      throw RefusedException.conflict(name() + " is drained already; resume takes it back");
    }
    leases.drain();
    if (standby != null) {
      standby.pause();
    }
    return "%s takes nobody new; %d client sessions are still on it"
        .formatted(name(), clients().size());
  }

  @Override
  public String resume() throws RefusedException {
    refuseIfRetired();
    if (!leases.isDrained()) {
      throw RefusedException.conflict(name() + " is not drained: it takes clients already");
    }
    leases.resume();
    if (standby != null) {
      standby.resume();
    }
    return name() + " takes clients again";
  }

  @Override
  public String recycle() throws RefusedException {
    refuseIfRetired();
    refuseWithoutParts("recycle: each client has an object of its own in this process");
    int ready = ready();
    if (standby != null) {
      standby.renew();
    }
    if (server == null) {
      return name()
          + ": "
          + ready
          + " that were ready are replaced; those that serve somebody serve nobody else anyway";
    }
    PoolStats pool = server.pool();
    server.recycle();
    return "%s: %d idle sockets are closed, %d leased ones when they are given back%s"
        .formatted(
            name(),
            pool.idle(),
            pool.active(),
            standby == null ? "" : "; " + ready + " ready sessions are replaced");
  }

  @Override
  public String resize(@Nullable Stock stock, Bounds bounds) throws RefusedException {
    refuseIfRetired();
    refuseWithoutParts("resize: each client has an object of its own in this process");
    Stock meant = stock == null ? onlyStock() : stock;
    String size = " has " + bounds.min() + " to " + bounds.max();
    if (meant == Stock.POOL && server != null) {
      if (bounds.max() < 1) {
        throw RefusedException.malformed("max is 1 or more: a pool of none serves nobody");
      }
      server.resize(bounds);
      return "the pool of sockets of " + name() + size;
    }
    if (meant == Stock.STANDBY && standby != null) {
      standby.resize(bounds.min(), bounds.max());
      return "the standby of " + name() + size;
    }
    throw RefusedException.conflict(
        name() + " has no " + meant.word() + " to resize; it has " + stocks());
  }

  private Stock onlyStock() throws RefusedException {
    Set<Stock> stocks = sizes().keySet();
    if (stocks.size() > 1) {
      throw RefusedException.malformed("of says which: " + stocks());
    }
    return stocks.iterator().next();
  }

  private String stocks() {
    return sizes().keySet().stream().map(Stock::word).collect(Collectors.joining(" or "));
  }

  @Override
  public String preWarm(int number) throws RefusedException, InterruptedException {
    refuseIfRetired();
    refuseWithoutParts("open ahead: each client has an object of its own in this process");
    if (leases.isDrained()) {
      throw RefusedException.conflict(name() + " is drained; resume it first");
    }
    Stock stock = standby == null ? Stock.POOL : Stock.STANDBY;
    int max = Math.max(0, sizes().getOrDefault(stock, new Bounds(0, 0)).max());
    if (number > max) {
      throw RefusedException.conflict(
          "%s may have %d in its %s at most; resize it first".formatted(name(), max, stock.word()));
    }
    return standby == null ? opened(number) : expected(number);
  }

  private String expected(int number) throws RefusedException {
    try {
      standby().expect(number);
    } catch (IllegalStateException e) {
      throw RefusedException.conflict(name() + ": " + e.getMessage());
    }
    return "%s: %d are made ready, and kept for %d s unless clients take them"
        .formatted(name(), number, standby().bounds().idleTimeout().toSeconds());
  }

  private Standby standby() {
    return Objects.requireNonNull(standby);
  }

  private String opened(int number) throws RefusedException, InterruptedException {
    RemoteServer.Warmed warmed = Objects.requireNonNull(server).preWarm(number);
    if (warmed.failure() != null) {
      throw RefusedException.conflict(
          "%s: %d sockets could be opened of %d; the last failed: %s"
              .formatted(name(), warmed.opened(), warmed.wanted(), warmed.failure()));
    }
    return "%s: %d sockets are open and idle".formatted(name(), warmed.opened());
  }

  private void refuseIfRetired() throws RefusedException {
    if (state().retired()) {
      throw RefusedException.conflict(
          name() + " is retired: the configuration has it no more, and it ends with those on it");
    }
  }

  private void refuseWithoutParts(String what) throws RefusedException {
    if (server == null && standby == null) {
      throw RefusedException.conflict(name() + " has nothing to " + what);
    }
  }
}
