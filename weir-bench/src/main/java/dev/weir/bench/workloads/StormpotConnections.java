package dev.weir.bench.workloads;

import dev.weir.bench.workloads.loopback.LoopbackConnection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import stormpot.Allocator;
import stormpot.Expiration;
import stormpot.Pool;
import stormpot.PoolTap;
import stormpot.Pooled;
import stormpot.Slot;
import stormpot.Timeout;

/** Stormpot by its tap for virtual threads, at its defaults but for size, and without expiry. */
final class StormpotConnections implements Connections {
  private final Pool<Pooled<LoopbackConnection>> pool;
  private final PoolTap<Pooled<LoopbackConnection>> tap;
  private final Timeout timeout;

  StormpotConnections(Opener opener, PoolSettings settings) {
    pool =
        Pool.from(new Openings(opener))
            .setSize(settings.size())
            .setExpiration(Expiration.never())
            .build();
    tap = pool.getVirtualThreadSafeTap();
    timeout = new Timeout(settings.acquireTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public Held acquire() throws Exception {
    Pooled<LoopbackConnection> claimed = tap.claim(timeout);
    if (claimed == null) {
      throw new TimeoutException("nothing to claim within the time-out");
    }
    return new Claimed(claimed);
  }

  @Override
  public void close() {
    try {
      pool.shutdown().await(new Timeout(10, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Openings(Opener opener) implements Allocator<Pooled<LoopbackConnection>> {
    @Override
    public Pooled<LoopbackConnection> allocate(Slot slot) throws Exception {
      return new Pooled<>(slot, opener.open());
    }

    @Override
    public void deallocate(Pooled<LoopbackConnection> pooled) {
      pooled.getObject().close();
    }
  }

  private record Claimed(Pooled<LoopbackConnection> pooled) implements Held {
    @Override
    public LoopbackConnection connection() {
      return pooled.getObject();
    }

    @Override
    public void release() {
      pooled.release();
    }

    @Override
    public void discard(Throwable cause) {
      pooled.expire();
      pooled.release();
    }
  }
}
