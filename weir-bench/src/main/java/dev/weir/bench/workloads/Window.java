package dev.weir.bench.workloads;

import java.time.Duration;

/**
 * The span of one measurement on the clock of {@link System#nanoTime}: what ends in it counts, what
 * comes before warms up.
 */
public record Window(long from, long to) {
  /** Opens when {@code warmUp} has passed from now. */
  public static Window after(Duration warmUp, Duration length) {
    long from = System.nanoTime() + warmUp.toNanos();
    return new Window(from, from + length.toNanos());
  }

  public boolean holds(long time) {
    return time - from >= 0 && time - to < 0;
  }

  public boolean isOver(long time) {
    return time - to >= 0;
  }

  /** Nanoseconds of the span that lie inside. */
  public long inside(long begin, long end) {
    return Math.max(0, Math.min(end, to) - Math.max(begin, from));
  }

  public double seconds() {
    return (to - from) / 1e9;
  }
}
