package dev.weir.bench.behaviour.contender;

import static dev.weir.bench.behaviour.contender.Feature.*;

import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import dev.weir.bench.behaviour.endpoint.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import stormpot.Allocator;
import stormpot.BasePoolable;
import stormpot.Expiration;
import stormpot.Pool;
import stormpot.PoolTap;
import stormpot.Slot;
import stormpot.SlotInfo;
import stormpot.Timeout;

/** Stormpot in its threaded mode, over bare connections. It has one size: always full. */
final class StormpotContender implements Contender {
  @Override
  public String name() {
    return "stormpot";
  }

  @Override
  public Class<?> home() {
    return Pool.class;
  }

  @Override
  public Set<Feature> offers() {
    return EnumSet.of(
        MIN,
        RESIZE,
        CALL_TIMEOUT,
        RETRY,
        CHECK,
        KEEP_ALIVE,
        MAX_LIFETIME,
        LIFETIME_JITTER,
        EVICT_ALL,
        DRAIN,
        LEAK_UNREACHABLE);
  }

  @Override
  public Subject start(Settings wish, ScriptedEndpoint endpoint) {
    Expiration<Pooled> expiration = Expiration.never();
    if (wish.maxLifetime.isPositive()) {
      long longest = wish.maxLifetime.toMillis();
      long shortest = Math.round(longest * (1 - wish.lifetimeJitter));
      expiration =
          shortest == longest
              ? Expiration.after(longest, TimeUnit.MILLISECONDS)
              : Expiration.after(shortest, longest, TimeUnit.MILLISECONDS);
    }
    if (wish.check || wish.keepAlive.isPositive()) {
      expiration = expiration.or(slot -> isBroken(slot, wish.checkTimeout));
    }
    Pool<Pooled> pool =
        Pool.fromThreaded(new WireAllocator(endpoint))
            .setSize(wish.max)
            .setExpiration(expiration)
            .setBackgroundExpirationEnabled(
                wish.keepAlive.isPositive() || wish.maxLifetime.isPositive())
            .setBackgroundExpirationCheckDelay(100)
            .setPreciseLeakDetectionEnabled(true)
            .build();
    return new Running(pool, wish.acquireTimeout, endpoint);
  }

  private static boolean isBroken(SlotInfo<? extends Pooled> slot, Duration limit)
      throws Exception {
    Pooled pooled = slot.getPoolable();
    try {
      return !pooled.wire.check(limit);
    } catch (IOException e) {
      return true;
    }
  }

  private static final class Pooled extends BasePoolable {
    private final Wire wire;

    Pooled(Slot slot, Wire wire) {
      super(slot);
      this.wire = wire;
    }
  }

  private record WireAllocator(ScriptedEndpoint endpoint) implements Allocator<Pooled> {
    @Override
    public Pooled allocate(Slot slot) throws Exception {
      return new Pooled(slot, endpoint.open(null));
    }

    @Override
    public void deallocate(Pooled pooled) throws Exception {
      pooled.wire.close();
    }
  }

  private record StormpotHeld(Pooled pooled) implements Held {
    @Override
    public Wire wire() {
      return pooled.wire;
    }

    @Override
    public void use() throws IOException {
      wire().use();
    }

    @Override
    public void alter() {
      wire().alter();
    }

    @Override
    public void close() {
      pooled.release();
    }

    @Override
    public void fail() {
      wire().cut();
      try {
        use();
      } catch (IOException expected) {
        pooled.expire();
        pooled.release();
      }
    }
  }

  private static final class Running implements Subject {
    private final Pool<Pooled> pool;
    private final Duration acquireTimeout;
    private final ScriptedEndpoint endpoint;

    Running(Pool<Pooled> pool, Duration acquireTimeout, ScriptedEndpoint endpoint) {
      this.pool = pool;
      this.acquireTimeout = acquireTimeout;
      this.endpoint = endpoint;
    }

    @Override
    public Held acquire() throws Exception {
      return acquire(acquireTimeout);
    }

    @Override
    public Held acquire(Duration timeout) throws Exception {
      PoolTap<Pooled> tap =
          Thread.currentThread().isVirtual() ? pool.getVirtualThreadSafeTap() : pool;
      Pooled pooled = tap.claim(new Timeout(timeout.toMillis(), TimeUnit.MILLISECONDS));
      if (pooled == null) {
        throw new TimeoutException("claim returned null");
      }
      return new StormpotHeld(pooled);
    }

    @Override
    public void resize(int min, int max) {
      pool.setTargetSize(max);
    }

    @Override
    public void evictAll() {
      pool.switchAllocator(new WireAllocator(endpoint));
    }

    @Override
    public boolean drain(Duration timeout) throws Exception {
      return pool.shutdown().await(new Timeout(timeout.toMillis(), TimeUnit.MILLISECONDS));
    }

    @Override
    public java.util.List<String> leakReports() {
      return pool.getManagedPool().getLeakedObjectsCount() > 0
          ? java.util.List.of("one leaked")
          : java.util.List.of();
    }

    @Override
    public void close() {
      pool.shutdown();
    }
  }
}
