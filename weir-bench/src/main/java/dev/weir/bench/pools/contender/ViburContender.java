package dev.weir.bench.pools.contender;

import dev.weir.bench.pools.stub.OpenFailedException;
import dev.weir.bench.pools.stub.Opening;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.vibur.objectpool.ConcurrentPool;
import org.vibur.objectpool.PoolObjectFactory;
import org.vibur.objectpool.util.ConcurrentLinkedDequeCollection;

/** Vibur's object pool, which is strictly fair as its data source is by default. */
final class ViburContender implements RacingPool {
  private final ConcurrentPool<Object> pool;
  private final long timeoutMillis;

  ViburContender(Setup setup) {
    timeoutMillis = setup.timeoutMillis();
    pool =
        new ConcurrentPool<>(
            new ConcurrentLinkedDequeCollection<>(),
            new Opens(setup.opening()),
            setup.idle(),
            setup.size(),
            true);
  }

  @Override
  public Object acquire() throws TimeoutException {
    Object taken = pool.tryTake(timeoutMillis, TimeUnit.MILLISECONDS);
    if (taken == null) {
      throw new TimeoutException();
    }
    return taken;
  }

  @Override
  public void release(Object held) {
    pool.restore(held);
  }

  @Override
  public void close() {
    pool.close();
  }

  private record Opens(Opening opening) implements PoolObjectFactory<Object> {
    @Override
    public Object create() {
      try {
        opening.open();
      } catch (OpenFailedException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return new Object();
    }

    @Override
    public boolean readyToTake(Object object) {
      return true;
    }

    @Override
    public boolean readyToRestore(Object object) {
      return true;
    }

    @Override
    public void destroy(Object object) {}
  }
}
