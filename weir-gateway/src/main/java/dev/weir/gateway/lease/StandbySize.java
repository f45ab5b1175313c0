package dev.weir.gateway.lease;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How many processes to keep ready: those that clients take while one is being started (arrival
 * rate x start time, Little's law), twice, since clients do not come evenly; within the bounds and
 * the memory that the operator allows, and {@code min} when nobody has come for long. None for a
 * while when processes die before anybody came: longer each time, until one has started well.
 *
 * <p>Thread-safe; guarded by its own lock, under which nothing else runs.
 */
final class StandbySize {
  /** Sessions of this long are remembered, the older the less. */
  private static final double MEMORY_NANOS = Duration.ofSeconds(30).toNanos();

  private static final double RESERVE = 2;
  private static final double FIRST_GUESS_NANOS = Duration.ofSeconds(1).toNanos();
  private static final double SMOOTHING = 0.3;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private StandbyBounds bounds;
  private final LongSupplier nanoTime;
  private boolean anybodyCame;
  private long lastArrival;
  private double arrivals;
  private boolean anyStarted;
  private double startNanos = FIRST_GUESS_NANOS;
  private int deaths;
  private long pausedSince;
  private int expected;
  private long expectedSince;

  StandbySize(StandbyBounds bounds, LongSupplier nanoTime) {
    this.bounds = bounds;
    this.nanoTime = nanoTime;
  }

  synchronized StandbyBounds bounds() {
    return bounds;
  }

  /** Other bounds from now on. */
  synchronized void resize(int min, int max) {
    bounds =
        new StandbyBounds(min, max, bounds.memory(), bounds.idleTimeout(), bounds.maxLifetime());
  }

  /** Somebody says that so many will be needed, within the bounds, and soon. */
  synchronized void expect(int number) {
    expected = number;
    expectedSince = nanoTime.getAsLong();
  }

  /** Whether none is kept for a while, since they die before anybody comes. */
  synchronized boolean isPausing() {
    return deaths > 0 && nanoTime.getAsLong() - pausedSince < pause().toNanos();
  }

  /** A client asked for a session. */
  synchronized void arrived() {
    long now = nanoTime.getAsLong();
    arrivals = recent(now) + 1;
    lastArrival = now;
    anybodyCame = true;
  }

  /** What is left of the arrivals by now. */
  private double recent(long now) {
    return anybodyCame ? arrivals * Math.exp((lastArrival - now) / MEMORY_NANOS) : 0;
  }

  /** A process that was being started has answered its first message, so long after its start. */
  synchronized void started(Duration took) {
    double nanos = took.toNanos();
    startNanos = anyStarted ? startNanos + SMOOTHING * (nanos - startNanos) : nanos;
    anyStarted = true;
    answered();
  }

  /** A process has answered its first message: they do not die of their start any more. */
  synchronized void answered() {
    deaths = 0;
  }

  /** How long a start takes, as far as is known. */
  synchronized Duration startTime() {
    return Duration.ofNanos((long) startNanos);
  }

  /** A process ended, or did not start, before anybody came. */
  synchronized void died() {
    deaths++;
    pausedSince = nanoTime.getAsLong();
  }

  /** How many in a row died so. */
  synchronized int deaths() {
    return deaths;
  }

  /**
   * How many to keep.
   *
   * @param bytesEach what one takes; zero while that is not known
   */
  synchronized int wanted(long bytesEach) {
    if (isPausing()) {
      return 0;
    }
    long now = nanoTime.getAsLong();
    int wanted = bounds.min();
    if (now - expectedSince < bounds.idleTimeout().toNanos()) {
      wanted = Math.max(wanted, expected);
    }
    if (anybodyCame && now - lastArrival < bounds.idleTimeout().toNanos()) {
      double whileOneStarts = recent(now) / MEMORY_NANOS * startNanos;
      wanted = Math.max(wanted, Math.max(1, (int) Math.ceil(RESERVE * whileOneStarts)));
    }
    long room = bytesEach == 0 ? bounds.max() : bounds.memory() / bytesEach;
    return (int) Math.min(Math.min(wanted, bounds.max()), room);
  }

  private Duration pause() {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(deaths - 1, 10));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }
}
