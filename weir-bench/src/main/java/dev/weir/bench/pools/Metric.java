package dev.weir.bench.pools;

import java.util.Locale;

/** What is measured; times are nanoseconds. */
public enum Metric {
  OPS_PER_SECOND,
  BYTES_PER_OP,
  /** Time that the callers were on a processor, per operation. */
  CPU_PER_OP,
  WAIT_P50,
  WAIT_P95,
  WAIT_P99,
  WAIT_MAX,
  /** Acquires of the caller that got the fewest, and of the one that got the most. */
  LEAST_SERVED,
  MOST_SERVED,
  /** Share of the callers that got less than a tenth of the mean. */
  STARVED,
  /** Processor time used per time passed. */
  CORES,
  /** By how much a virtual thread that only sleeps a millisecond at a time came late, at worst. */
  HEARTBEAT_MAX,
  /** Of a situation: when the first and the last caller knew, with a connection or without. */
  FIRST_KNEW,
  LAST_KNEW,
  /** Of a situation: how many callers got a connection, and how many a failure with its cause. */
  SERVED,
  TOLD_THE_CAUSE;

  /** As in raw data. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
