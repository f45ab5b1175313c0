package dev.weir.gateway.upstream;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Requests that have ended, counted by how long they took. Handshakes are not among them, but count
 * where they failed. Immutable.
 *
 * @param ended requests that have ended, however they did
 * @param failed requests and handshakes that got no answer
 * @param bounds upper bounds, ascending
 * @param within how many took at most each of the bounds
 */
public record CallCounts(long ended, long failed, List<Duration> bounds, List<Long> within) {
  public CallCounts {
    bounds = List.copyOf(bounds);
    within = List.copyOf(within);
  }

  /** What has come since an earlier count. Counters that began anew count from there. */
  public CallCounts since(CallCounts before) {
    if (before.ended > ended || before.failed > failed) {
      return this;
    }
    Long[] since = new Long[within.size()];
    Arrays.setAll(since, i -> Math.max(0, within.get(i) - before.within.get(i)));
    return new CallCounts(
        ended - before.ended, failed - before.failed, bounds, Arrays.asList(since));
  }

  /**
   * So many milliseconds took this part of the requests at most, estimated within the bounds that
   * it falls between; the last bound for what took longer. NaN when there was none.
   *
   * @param part 0 to 1
   */
  public double quantileMillis(double part) {
    if (ended == 0) {
      return Double.NaN;
    }
    double rank = part * ended;
    double low = 0;
    long below = 0;
    for (int i = 0; i < bounds.size(); i++) {
      double high = bounds.get(i).toNanos() / 1e6;
      long upTo = within.get(i);
      if (upTo >= rank && upTo > below) {
        return low + (high - low) * (rank - below) / (upTo - below);
      }
      low = high;
      below = upTo;
    }
    return low;
  }
}
