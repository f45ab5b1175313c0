package dev.weir.gateway.admin.dashboard;

import dev.weir.gateway.upstream.CallCounts;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last hour of one upstream, a point for each {@link #STEP}, and what was counted in the last
 * minute. Bounded: 720 points, about 60 KiB.
 *
 * <p>Thread-safe: guarded by this object's monitor, under which nothing is done but to copy. One
 * thread adds, any may read, and none of them is on the way of a call.
 */
final class UpstreamHistory {
  /** Between two points. */
  static final Duration STEP = Duration.ofSeconds(5);

  private static final int POINTS = (int) Duration.ofHours(1).dividedBy(STEP);
  private static final int A_MINUTE = (int) Duration.ofMinutes(1).dividedBy(STEP);

  private final Point[] ring = new Point[POINTS];
  private final Deque<Counted> lastMinute = new ArrayDeque<>();
  private int next;
  private int size;

  /**
   * The end of one step. Rates are per second; times are in milliseconds, and NaN when no request
   * has ended.
   */
  record Point(long at, int inUse, int idle, int waiting, int sessions, Lately lately) {}

  /** What ended in some time. */
  record Lately(double rate, double failed, double p50, double p95, double p99) {
    static final Lately NOTHING = new Lately(0, 0, Double.NaN, Double.NaN, Double.NaN);

    static Lately of(CallCounts counts, double seconds) {
      return seconds <= 0
          ? NOTHING
          : new Lately(
              counts.ended() / seconds,
              counts.failed() / seconds,
              counts.quantileMillis(0.5),
              counts.quantileMillis(0.95),
              counts.quantileMillis(0.99));
    }
  }

  /** Everything that was counted until then. */
  private record Counted(long at, CallCounts calls) {}

  /**
   * Adds a point, the later of two after the earlier.
   *
   * @param calls everything that has ended so far
   */
  synchronized void add(
      long at, UpstreamControls.Connections connections, int sessions, CallCounts calls) {
    Lately lately = since(lastMinute.peekLast(), new Counted(at, calls));
    ring[next] =
        new Point(
            at, connections.inUse(), connections.idle(), connections.waiting(), sessions, lately);
    next = (next + 1) % POINTS;
    size = Math.min(size + 1, POINTS);
    lastMinute.add(new Counted(at, calls));
    if (lastMinute.size() > A_MINUTE + 1) {
      lastMinute.remove();
    }
  }

  private static Lately since(@Nullable Counted before, Counted now) {
    return before == null
        ? Lately.NOTHING
        : Lately.of(now.calls.since(before.calls), (now.at - before.at) / 1e3);
  }

  /** What ended in the last minute. */
  synchronized Lately lastMinute() {
    Counted now = lastMinute.peekLast();
    return now == null ? Lately.NOTHING : since(lastMinute.peekFirst(), now);
  }

  /** The points after that time, in milliseconds since the epoch; the oldest first. */
  synchronized List<Point> after(long at) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Point point = ring[(next - size + i + POINTS) % POINTS];
      if (point.at() > at) {
        points.add(point);
      }
    }
    return points;
  }
}
