package dev.weir.bench.pools.contender;

import dev.weir.bench.pools.stub.Opening;
import java.util.concurrent.TimeoutException;
import stormpot.Allocator;
import stormpot.BasePoolable;
import stormpot.Expiration;
import stormpot.Pool;
import stormpot.PoolTap;
import stormpot.Slot;
import stormpot.Timeout;

/** Stormpot, through the tap that virtual threads may use, too; the other is no faster. */
final class StormpotContender implements RacingPool {
  private final Pool<BasePoolable> pool;
  private final PoolTap<BasePoolable> tap;
  private final Timeout timeout;

  StormpotContender(Setup setup) {
    pool =
        Pool.from(new Opens(setup.opening()))
            .setSize(setup.size())
            .setExpiration(Expiration.never())
            .build();
    tap = pool.getVirtualThreadSafeTap();
    timeout = new Timeout(setup.acquireTimeout());
  }

  @Override
  public Object acquire() throws Exception {
    BasePoolable claimed = tap.claim(timeout);
    if (claimed == null) {
      throw new TimeoutException();
    }
    return claimed;
  }

  @Override
  public void release(Object held) {
    ((BasePoolable) held).release();
  }

  @Override
  public void close() {
    pool.shutdown();
  }

  private record Opens(Opening opening) implements Allocator<BasePoolable> {
    @Override
    public BasePoolable allocate(Slot slot) throws Exception {
      opening.open();
      return new BasePoolable(slot);
    }

    @Override
    public void deallocate(BasePoolable poolable) {}
  }
}
