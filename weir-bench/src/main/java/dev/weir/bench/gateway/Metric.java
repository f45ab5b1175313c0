package dev.weir.bench.gateway;

import java.util.Locale;

/** What is measured. Times in nanoseconds, memory in bytes. */
enum Metric {
  /** From the connect to the answer of initialized, for one session. */
  OPEN,
  /** 1 when the session counted from one, 0 when others had counted before it. */
  ALONE,
  /** The longest that one of the first clients had to wait, as many as were ready. */
  FIRST,
  /** Until all sessions were open, since the first client came. */
  LAST,
  /** How many later clients were served before a client, at most. */
  OVERTAKEN,
  P50,
  /** Of a round with 100 calls at least. */
  P99,
  PER_SECOND,
  FAILURES,
  /** Processor time of the gateway for each call. */
  CPU_GATEWAY,
  /** Of the gateway and the processes that it started. */
  CPU_ALL,
  MEMORY_GATEWAY,
  MEMORY_ALL,
  SESSIONS,
  HEAP_PER_SESSION,
  /** The part of it that is arrays of bytes. */
  BUFFERS_PER_SESSION,
  /** Processes that run before the gateway is killed. */
  PROCESSES,
  /** Of these, how many are left when five seconds are over. */
  LEFT,
  /** When the last one was gone, if it was. */
  GONE_AFTER;

  /** For raw data. */
  String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
