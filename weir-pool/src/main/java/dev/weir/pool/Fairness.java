package dev.weir.pool;

/**
 * Who goes first when a connection comes free while callers wait: those who wait, or a caller that
 * happens to run and takes it at once. Handing a connection to a thread that sleeps keeps it idle
 * until that thread has woken.
 */
public enum Fairness {
  /**
   * A connection that comes free is there for whoever takes it first. Only when the line has not
   * moved for 10 ms is the next one handed to its head.
   */
  THROUGHPUT,
  /**
   * Callers may overtake the line for as long as handing over would cost more than a sixteenth of
   * the connections' time, and for 1 ms at most; then the head is served. Nearly as fast as {@link
   * #THROUGHPUT}, and nobody starves.
   */
  BALANCED,
  /** First come, first served, without exception. */
  STRICT
}
