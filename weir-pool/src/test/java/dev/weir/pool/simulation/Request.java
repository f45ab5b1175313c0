package dev.weir.pool.simulation;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One acquire that has no answer yet. */
final class Request {
  final Pools.Door door;
  final String who;
  final long asked;

  /** Evictions that were over when it asked: it must get nothing older. */
  final int evictions;

  /** Whether a drain had begun, so that it must get nothing. */
  final boolean tooLate;

  /** The suspension during which it asked; 0 if there was none. */
  final int suspension;

  private final long timeout;
  private @Nullable Long deadline;

  Request(World world, Pools.Door door, String who, Duration timeout) {
    this.door = door;
    this.who = who;
    this.timeout = timeout.toNanos();
    asked = world.clock.now();
    evictions = world.evictionsDone;
    tooLate = world.draining;
    suspension = world.suspension;
  }

  /** Whether its time may be up. */
  boolean mayEnd(long now) {
    return now - asked - timeout >= 0;
  }

  /**
   * When it must have been answered. Time may have gone on between the question and the moment the
   * pool heard of it, but no longer once everybody rests.
   */
  long deadlineAtRest(long now) {
    if (deadline == null) {
      deadline = now + timeout;
    }
    return deadline;
  }
}
