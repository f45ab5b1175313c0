package dev.weir.bench.workloads;

import java.time.Duration;

/**
 * What every contender is told.
 *
 * @param size connections, opened before anything is measured and kept
 * @param clients callers at most, so that none is refused
 * @param acquireTimeout a caller's longest wait
 */
record PoolSettings(int size, int clients, Duration acquireTimeout) {
  PoolSettings(int size, int clients) {
    this(size, clients, Duration.ofSeconds(30));
  }
}
