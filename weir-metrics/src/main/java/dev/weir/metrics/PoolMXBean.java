package dev.weir.metrics;

/** A pool as a management console sees it, and what an operator may do to a pool without keys. */
public interface PoolMXBean extends PoolNumbers {

  /**
   * See {@link dev.weir.pool.Pool#resize}.
   *
   * @throws IllegalArgumentException when the bounds are not possible
   */
  void resize(int min, int max);
}
