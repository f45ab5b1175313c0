package dev.weir.pool;

/** The selection strategies that come with the pool. All of them skip what must not be leased. */
public enum Selection {
  /**
   * The connection that came back last. The few that are needed stay in use, the others age until
   * {@code idleTimeout} takes them.
   */
  LIFO,
  /** The connection that has been idle longest: all are used alike, none ages. */
  FIFO,
  /** One after the other, in a fixed order. */
  ROUND_ROBIN,
  /** The connection with the fewest leases; of several, the one that was used least recently. */
  LEAST_LOADED,
  /** Any, by chance. */
  RANDOM
}
