package dev.weir.metrics;

/** A keyed pool as a management console sees it: all keys together. */
public interface KeyedPoolMXBean extends PoolNumbers {
  /** Keys that have a pool at the moment. */
  int getKeys();
}
