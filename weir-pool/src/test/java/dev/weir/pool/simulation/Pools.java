package dev.weir.pool.simulation;

import dev.weir.pool.ClockDoor;
import dev.weir.pool.ConnectionInfo;
import dev.weir.pool.KeyedPool;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolBuilder;
import dev.weir.pool.PoolListener;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.PoolStats;
import dev.weir.pool.ReusableLease;
import dev.weir.pool.internal.SizesDoor;
import dev.weir.pool.internal.stats.Tally.Sizes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What a history is about: one pool, or the pools of a few keys; callers see doors only. */
final class Pools {
  private static final List<String> KEYS = List.of("a", "b", "c");

  /** One place to ask for a lease. */
  interface Door {
    String name();

    Endpoint endpoint();

    Lease<SimConnection> acquire(Duration timeout, boolean reusable) throws InterruptedException;

    CompletionStage<Lease<SimConnection>> acquireAsync(Duration timeout);

    /** Null when there is no pool behind it at the moment. */
    @Nullable PoolStats stats();

    List<ConnectionInfo> connections();
  }

  final List<Door> doors = new ArrayList<>();
  final @Nullable Pool<SimConnection> single;
  final @Nullable KeyedPool<String, SimConnection> keyed;

  Pools(World world, Plan plan) {
    PoolListener listener = plan.busyListener() ? world::hear : PoolListener.NONE;
    if (plan.keyed()) {
      List<Endpoint> endpoints = KEYS.stream().map(key -> new Endpoint(world, key)).toList();
      Pool<SimConnection> template =
          plan.applyTo(Pool.builder(endpoints.get(0).as(plan.kind()))).min(0).build();
      PoolOptions perKey = template.options();
      template.close();
      KeyedPool<String, SimConnection> pool =
          ClockDoor.simulated(
                  KeyedPool.<String, SimConnection>builder(
                      key -> endpoints.get(KEYS.indexOf(key)).as(plan.kind())),
                  world.clock,
                  world::fraction)
              .perKey(perKey)
              .maxTotal(plan.max() + 1)
              .keyIdleTimeout(Duration.ofSeconds(3))
              .threads(world.threads)
              .listener(listener)
              .build();
      keyed = pool;
      single = null;
      for (int i = 0; i < KEYS.size(); i++) {
        doors.add(new KeyDoor(pool, KEYS.get(i), endpoints.get(i)));
      }
    } else {
      Endpoint endpoint = new Endpoint(world, "it");
      PoolBuilder<SimConnection> builder =
          plan.applyTo(
                  ClockDoor.simulated(
                      Pool.builder(endpoint.as(plan.kind())), world.clock, world::fraction))
              .threads(world.threads)
              .listener(listener);
      if (plan.ownStrategy()) {
        builder.strategy(world::select);
      }
      Pool<SimConnection> pool = builder.build();
      single = pool;
      keyed = null;
      doors.add(new SingleDoor(world, pool, endpoint));
    }
  }

  /** How things stand in each pool. */
  List<Sizes> sizes() {
    return single != null
        ? List.of(SizesDoor.of(single))
        : SizesDoor.of(Objects.requireNonNull(keyed));
  }

  void close() {
    if (single != null) {
      single.close();
    } else {
      Objects.requireNonNull(keyed).close();
    }
  }

  void suspend() {
    if (single != null) {
      single.suspend();
    } else {
      Objects.requireNonNull(keyed).suspend();
    }
  }

  void resume() {
    if (single != null) {
      single.resume();
    } else {
      Objects.requireNonNull(keyed).resume();
    }
  }

  void evictAll() {
    if (single != null) {
      single.evictAll();
    } else {
      Objects.requireNonNull(keyed).evictAll();
    }
  }

  boolean drain(Duration timeout) throws InterruptedException {
    return single != null
        ? single.drain(timeout).complete()
        : Objects.requireNonNull(keyed).drain(timeout).complete();
  }

  private record SingleDoor(World world, Pool<SimConnection> pool, Endpoint endpoint)
      implements Door {
    @Override
    public String name() {
      return "the pool";
    }

    @Override
    public Lease<SimConnection> acquire(Duration timeout, boolean reusable)
        throws InterruptedException {
      int key = world.below(4);
      if (reusable) {
        ReusableLease<SimConnection> lease = pool.reusableLease();
        lease.acquire(timeout);
        return lease;
      }
      return key == 0 ? pool.acquire(timeout) : pool.acquire((Object) key, timeout);
    }

    @Override
    public CompletionStage<Lease<SimConnection>> acquireAsync(Duration timeout) {
      return pool.acquireAsync(timeout);
    }

    @Override
    public PoolStats stats() {
      return pool.stats();
    }

    @Override
    public List<ConnectionInfo> connections() {
      return pool.connections();
    }
  }

  private record KeyDoor(KeyedPool<String, SimConnection> pool, String name, Endpoint endpoint)
      implements Door {
    @Override
    public Lease<SimConnection> acquire(Duration timeout, boolean reusable)
        throws InterruptedException {
      return pool.acquire(name, timeout);
    }

    @Override
    public CompletionStage<Lease<SimConnection>> acquireAsync(Duration timeout) {
      return pool.acquireAsync(name, timeout);
    }

    @Override
    public @Nullable PoolStats stats() {
      return pool.statsByKey().get(name);
    }

    @Override
    public List<ConnectionInfo> connections() {
      return pool.connections().getOrDefault(name, List.of());
    }
  }
}
