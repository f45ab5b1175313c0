package dev.weir.pool;

import java.time.Duration;

/**
 * The numbers of a pool at one moment. Counts run from the pool's start; they are read one after
 * the other while the pool works, so sums may be off by what happened meanwhile.
 *
 * @param active connections that are leased
 * @param idle connections that are free
 * @param pending callers that wait
 * @param opening connections being opened, pauses between tries included
 * @param size places taken: active, idle, opening, and those being checked or closed
 * @param minSize the bound {@code min} in force
 * @param maxSize the bound {@code max} in force
 * @param endpointsDown endpoints whose breaker is open: 0 or 1, and of a keyed pool one a key at
 *     most; 0 once the pool is being drained or closed
 * @param created connections opened
 * @param destroyed connections closed or detached
 * @param acquired leases given
 * @param released leases ended
 * @param failedAcquires acquires that ended without a lease, time-outs included
 * @param timedOutAcquires acquires whose time was up
 * @param failedOpens single tries to open that failed or took too long
 * @param checkFailures checks that failed or took too long
 * @param acquireTime how long acquires took; one that found a ready connection counts as zero and
 *     is not timed
 * @param holdTime how long leases lasted, in steps of a millisecond
 * @param strategy the selection strategy: its name in {@link PoolOptions#strategy}, or {@code own}
 */
public record PoolStats(
    int active,
    int idle,
    int pending,
    int opening,
    int size,
    int minSize,
    int maxSize,
    int endpointsDown,
    long created,
    long destroyed,
    long acquired,
    long released,
    long failedAcquires,
    long timedOutAcquires,
    long failedOpens,
    long checkFailures,
    Times acquireTime,
    Times holdTime,
    String strategy) {

  /**
   * The share of leases that did not need a connection of their own: {@code 1 - created /
   * acquired}, within 0 and 1.
   */
  public double reuseRatio() {
    return acquired == 0 ? 0 : Math.max(0, 1 - (double) created / acquired);
  }

  /** The share of {@code maxSize} that is leased, 0 to 1; above 1 while a pool shrinks. */
  public double utilisation() {
    return (double) active / maxSize;
  }

  /**
   * A distribution of times. Percentiles come from a histogram whose buckets are at most 12.5 %
   * wide; each is the upper end of its bucket.
   *
   * @param count how many times were taken
   */
  public record Times(
      long count, Duration mean, Duration p50, Duration p95, Duration p99, Duration max) {}
}
