package dev.weir.bench.pools.contender;

import dev.weir.bench.pools.stub.Opening;
import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.Lease;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolBuilder;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** Weir, with a bare object. */
final class WeirContender implements RacingPool {
  private final Pool<Object> pool;

  /**
   * A pool in its default mode, or with what is set in addition.
   *
   * @param mode sets nothing by default, so that also an older build of the pool can race
   */
  WeirContender(Setup setup, UnaryOperator<PoolBuilder<Object>> mode) {
    pool = mode.apply(builder(setup, opens(setup.opening()))).build();
  }

  static ConnectionFactory<Object> opens(Opening opening) {
    return () -> {
      opening.open();
      return new Object();
    };
  }

  static <C> PoolBuilder<C> builder(Setup setup, ConnectionFactory<C> factory) {
    PoolBuilder<C> builder = Pool.builder(factory);
    set(builder, setup);
    return builder;
  }

  static void set(PoolBuilder<?> builder, Setup setup) {
    builder
        .min(setup.idle())
        .max(setup.size())
        .acquireTimeout(setup.acquireTimeout())
        // The others let everybody wait.
        .maxWaiters(1_000_000);
    if (setup.opensAtATime() != 0) {
      builder.openParallelism(setup.opensAtATime());
    }
  }

  @Override
  public Object acquire() throws InterruptedException {
    Lease<Object> lease = pool.acquire();
    Objects.requireNonNull(lease.connection());
    return lease;
  }

  @Override
  public void release(Object held) {
    ((Lease<?>) held).close();
  }

  @Override
  public void close() {
    pool.close();
  }
}
