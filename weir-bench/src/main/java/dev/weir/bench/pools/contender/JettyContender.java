package dev.weir.bench.pools.contender;

import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.util.ConcurrentPool;
import org.eclipse.jetty.util.Pool;

/**
 * Jetty's pool, which has no waiting of its own: it answers that there is none, and its users queue
 * their requests. So this adapter polls, first quickly and then every 50 microseconds.
 */
final class JettyContender implements RacingPool {
  private static final long PAUSE = 50_000;

  private final ConcurrentPool<Object> pool;
  private final long timeoutNanos;

  JettyContender(Setup setup) {
    pool = new ConcurrentPool<>(ConcurrentPool.StrategyType.THREAD_ID, setup.size());
    timeoutNanos = setup.acquireTimeout().toNanos();
    for (int i = 0; i < setup.idle(); i++) {
      Objects.requireNonNull(pool.reserve()).enable(new Object(), false);
    }
  }

  @Override
  public Object acquire() throws TimeoutException {
    Pool.Entry<Object> entry = pool.acquire();
    return entry != null ? entry : poll();
  }

  private Object poll() throws TimeoutException {
    long began = System.nanoTime();
    for (int tries = 0; System.nanoTime() - began < timeoutNanos; tries++) {
      Pool.Entry<Object> entry = pool.acquire();
      if (entry != null) {
        return entry;
      }
      if (tries < 10) {
        Thread.yield();
      } else {
        LockSupport.parkNanos(this, PAUSE);
      }
    }
    throw new TimeoutException();
  }

  @Override
  public void release(Object held) {
    ((Pool.Entry<?>) held).release();
  }

  @Override
  public void close() {
    pool.terminate();
  }
}
