package dev.weir.bench.pools.contender;

import dev.weir.pool.Pool;
import dev.weir.pool.ReusableLease;
import java.util.Objects;

/** Weir, with a lease that each platform thread takes again and again. */
final class WeirReusableContender implements RacingPool {
  private final Pool<Object> pool;
  private final ThreadLocal<ReusableLease<Object>> leases;

  WeirReusableContender(Setup setup) {
    pool = WeirContender.builder(setup, WeirContender.opens(setup.opening())).build();
    leases = ThreadLocal.withInitial(pool::reusableLease);
  }

  @Override
  public Object acquire() throws InterruptedException {
    ReusableLease<Object> lease = leases.get();
    lease.acquire();
    Objects.requireNonNull(lease.connection());
    return lease;
  }

  @Override
  public void release(Object held) {
    ((ReusableLease<?>) held).close();
  }

  @Override
  public void close() {
    pool.close();
  }
}
