package dev.weir.pool.internal.stats;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a pool counts besides what its slots count: nothing on the path of an acquire that finds a
 * ready connection, and nothing for a lease shorter than a tick of the coarse clock.
 */
public final class Counters {
  private final LongAdder created = new LongAdder();
  private final LongAdder destroyed = new LongAdder();
  private final AtomicLong released = new AtomicLong();
  private final LongAdder failedAcquires = new LongAdder();
  private final LongAdder timedOutAcquires = new LongAdder();
  private final LongAdder failedOpens = new LongAdder();
  private final LongAdder checkFailures = new LongAdder();
  private final Histogram waits = new Histogram();
  private final Histogram holds = new Histogram();

  public void created() {
    created.increment();
  }

  public void destroyed() {
    destroyed.increment();
  }

  /** A lease that took {@code nanos}, as its connection was not ready. */
  public void acquiredAfter(long nanos) {
    waits.record(nanos);
  }

  /** The end of a lease that lasted {@code nanos}. */
  public void released(long nanos) {
    if (nanos > 0) {
      holds.record(nanos); // the others are those that are missing
    }
  }

  public void acquireFailed() {
    failedAcquires.increment();
  }

  /** Besides {@link #acquireFailed}. */
  public void acquireTimedOut() {
    timedOutAcquires.increment();
  }

  public void openFailed() {
    failedOpens.increment();
  }

  public void checkFailed() {
    checkFailures.increment();
  }

  /**
   * The counts so far.
   *
   * @param acquired leases given, as the slots count them
   * @param ended leases given back, or taken back as the pool was closed; may be too few, but what
   *     was once told is never taken back
   */
  public Tally tally(long acquired, long ended) {
    Distribution held = holds.snapshot();
    Distribution waited = waits.snapshot();
    long released = this.released.accumulateAndGet(ended, Math::max);
    return new Tally(
        created.sum(),
        destroyed.sum(),
        acquired,
        released,
        failedAcquires.sum(),
        timedOutAcquires.sum(),
        failedOpens.sum(),
        checkFailures.sum(),
        waited.withZeros(acquired - waited.count()),
        held.withZeros(released - held.count()));
  }
}
