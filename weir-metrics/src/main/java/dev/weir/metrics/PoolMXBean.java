package dev.weir.metrics;

/** A pool as a management console sees it, and what an operator may do to it. */
public interface PoolMXBean extends PoolNumbers {

  /**
   * See {@link dev.weir.pool.Pool#resize}.
   *
   * @throws IllegalArgumentException when the bounds are not possible
   */
  void resize(int min, int max);

  /** See {@link dev.weir.pool.Pool#suspend}. */
  void suspend();

  /** See {@link dev.weir.pool.Pool#resume}. */
  void resume();

  /** See {@link dev.weir.pool.Pool#evictAll}. */
  void evictAll();
}
