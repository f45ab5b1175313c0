package dev.weir.pool;

import java.time.Duration;

/**
 * A lease that can be taken again after it has ended, so that a loop that leases all the time
 * allocates nothing. For one thread at a time, unlike other leases: a late {@link #close} by
 * another thread could end the lease that was taken meanwhile.
 *
 * <pre>{@code
 * ReusableLease<Socket> lease = pool.reusableLease();
 * while (running) {
 *   lease.acquire();
 *   try {
 *     lease.connection().getOutputStream().write(next());
 *   } finally {
 *     lease.close();
 *   }
 * }
 * }</pre>
 *
 * @param <C> what is pooled
 */
public interface ReusableLease<C> extends Lease<C> {

  /**
   * Like {@link Pool#acquire()}, with this object as the lease.
   *
   * @throws IllegalStateException when the last lease has not ended
   */
  void acquire() throws InterruptedException;

  /**
   * Like {@link Pool#acquire(Duration)}, with this object as the lease.
   *
   * @throws IllegalStateException when the last lease has not ended
   */
  void acquire(Duration timeout) throws InterruptedException;
}
