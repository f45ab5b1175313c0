package dev.weir.pool;

import java.time.Duration;

/**
 * What a {@link Strategy} sees: the places of a pool, each with a connection or without. Valid
 * during the call; the figures are those of the moment in which they are read.
 */
public interface Candidates {
  /** How many places there are. */
  int size();

  /** Whether the connection at this place can be leased now; false also when there is none. */
  boolean isReady(int index);

  /** Leases that are out on this connection. */
  int leases(int index);

  /** Leases that may be out at a time. */
  int limit(int index);

  /**
   * When its last lease began or ended, as a number that only compares: by subtraction, larger is
   * later.
   */
  long lastUsed(int index);

  /** How long ago the connection was opened. */
  Duration age(int index);

  /** Leases that it has had. */
  long uses(int index);

  /** Failures that it has had. */
  long failures(int index);
}
