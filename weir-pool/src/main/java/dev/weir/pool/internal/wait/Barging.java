package dev.weir.pool.internal.wait;

import dev.weir.pool.Fairness;
import dev.weir.pool.internal.time.Clock;
import java.util.function.IntSupplier;

/**
 * For how long those who find a free connection may overtake those who wait.
 *
 * <p><b>The question.</b> A connection that goes straight to a parked waiter lies idle until that
 * thread runs: some 50 microseconds for a platform thread, a few for a virtual one, and
 * milliseconds on a machine with no processor to spare. A caller that is running takes it at once.
 * Pools that always hand over are fair and slow; pools that never do are fast, and leave some
 * callers with nothing.
 *
 * <p><b>The answer.</b> A release frees its connection and tells the head of the line, which looks
 * for itself as soon as it runs. But when the line has not moved for an interval, the next release
 * hands its connection over. The interval is such that hand-overs cost at most one part in {@link
 * #SHARE} of the time of all connections, which is {@code SHARE × cost ÷ connections} with the time
 * from the hand-over to the moment when the waiter runs for a cost, and at most one part in {@link
 * #EFFORT_SHARE} of the time of whoever hands over, since it takes some effort to wake the waiter;
 * both as measured. Where handing over is nearly free (virtual threads), the line is served
 * strictly in order; where it is dear, the bound below holds.
 *
 * <p>The second is what keeps callers that hold for no time from queueing up behind each other: a
 * caller that hands over each time finds nothing the next time and waits itself, until all wait and
 * the processors idle, so that every waiter runs at once and the first cost looks small.
 *
 * <p><b>A head that was told twice and found nothing</b>, since somebody overtook it, would find
 * nothing the next time either, and waking it costs a processor as much as some hundred acquires.
 * It is told no more, but looks again by itself after two intervals at the latest, by when the next
 * connection has been handed to it if any was given back.
 *
 * <p><b>The bound.</b> While connections are given back at all, the line moves at least once in the
 * interval, which is never longer than {@link #LONGEST} and a tick of the coarse clock; in {@link
 * Fairness#STRICT} it is zero. So a caller with n before it waits at most {@code (n + 1) × LONGEST}
 * longer than by strict order.
 *
 * <p><b>Who writes.</b> Whoever serves the head or is it. The fields are read and written without
 * an order between them: a value that is lost makes one hand-over come early or late.
 */
public final class Barging {
  private static final long SHARE = 6;
  private static final long EFFORT_SHARE = 2;
  private static final long LONGEST = 1_000_000;
  private static final long LONGEST_FOR_THROUGHPUT = 10_000_000;
  private static final long FIRST_GUESS = 50_000;
  private static final long FIRST_EFFORT = 5_000;
  private static final int SMOOTHING = 16;

  private final Fairness fairness;
  private final IntSupplier connections;
  private final Clock clock;
  private volatile long movedAt;
  private volatile long cost = FIRST_GUESS;
  private volatile long effort = FIRST_EFFORT;

  /**
   * @param connections how many connections there are at the moment
   */
  public Barging(Fairness fairness, IntSupplier connections, Clock clock) {
    this.fairness = fairness;
    this.connections = connections;
    this.clock = clock;
    movedAt = clock.nanos();
  }

  /** Whether the next free connection is to be handed to somebody who waits since {@code since}. */
  boolean isDue(long since) {
    long interval = interval();
    if (interval == 0) {
      return true;
    }
    long moved = movedAt;
    long start = since - moved > 0 ? since : moved;
    // Long intervals are told by the coarse clock: releases come in millions then, and a look at
    // the other one costs more than all the rest of a release.
    long now = interval >= LONGEST ? clock.coarseNanos() : clock.nanos();
    return now - start >= interval;
  }

  /** Until when a head that found nothing need not be told again. */
  long coolUntil() {
    return clock.nanos() + 2 * interval();
  }

  private long interval() {
    return switch (fairness) {
      case STRICT -> 0;
      case THROUGHPUT -> LONGEST_FOR_THROUGHPUT;
      case BALANCED ->
          Math.min(
              LONGEST,
              Math.max(SHARE * cost / Math.max(1, connections.getAsInt()), EFFORT_SHARE * effort));
    };
  }

  /** The head of the line got a connection. */
  void moved(long now) {
    movedAt = now;
  }

  /**
   * A waiter ran that long after a connection had been handed to it. Follows the median, not the
   * mean: a processor that was away for some milliseconds says nothing about the others.
   */
  void handedOver(long nanos) {
    cost = towards(nanos, cost);
  }

  /** Wakes a waiter that was served. */
  void wake(Waiter<?> served) {
    long before = clock.nanos();
    served.wake();
    effort = towards(clock.nanos() - before, effort);
  }

  private static long towards(long nanos, long seen) {
    long step = seen / SMOOTHING + 1;
    return nanos > seen ? seen + step : Math.max(0, seen - step);
  }
}
