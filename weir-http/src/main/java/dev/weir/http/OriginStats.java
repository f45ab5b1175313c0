package dev.weir.http;

import dev.weir.pool.PoolStats;

/**
 * The connections to one origin at one moment. {@link #connections} is what the operating system
 * counts, but for connections that are being opened or closed at this moment.
 *
 * @param pool the connections that requests lease, in {@code idle}, {@code active}, {@code pending}
 *     and so on
 * @param streams connections that a stream holds, outside the pool
 * @param streamsOpened streams since the start, those included that began in the pool
 */
public record OriginStats(PoolStats pool, int streams, long streamsOpened) {

  /** Open connections. */
  public int connections() {
    return pool.active() + pool.idle() + streams;
  }
}
