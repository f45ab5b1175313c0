package dev.weir.pool.internal.maintenance;

/**
 * How many connections to keep, by how many were lately needed at a time. Fed with samples of the
 * demand (leases out and callers waiting) and told when a window of time ends; knows no clock.
 *
 * <p><b>Growing</b> is immediate: a sample above the target raises it, so that the connections that
 * a wave needed are there for the next.
 *
 * <p><b>Shrinking</b> needs {@link #CALM_WINDOWS} windows in a row whose highest sample, with an
 * eighth on top, stays below the target; then the target falls by a quarter of the difference, and
 * at least by one. So a demand that comes and goes within that many windows changes nothing after
 * the first time: there is no pair of thresholds between which the size could swing.
 */
final class AdaptiveSize {
  static final int CALM_WINDOWS = 3;
  private static final int HEADROOM = 8;
  private static final int STEP = 4;

  private int target;
  private int highest;
  private int highestInCalm;
  private int calm;

  AdaptiveSize(int start) {
    target = start;
  }

  /** How many connections to keep. */
  int target() {
    return target;
  }

  /** So many were needed at this moment. */
  void sample(int demand) {
    highest = Math.max(highest, demand);
    if (demand > target) {
      target = demand;
    }
  }

  /** A window ends; the target stays within the bounds. */
  void windowEnds(int min, int max) {
    int needed = highest + (highest + HEADROOM - 1) / HEADROOM;
    highest = 0;
    if (needed >= target) {
      calm = 0;
      highestInCalm = 0;
    } else {
      highestInCalm = Math.max(highestInCalm, needed);
      if (++calm >= CALM_WINDOWS) {
        target -= Math.max(1, (target - highestInCalm) / STEP);
        // What the windows before the last showed is forgotten only when it is old.
        calm = CALM_WINDOWS - 1;
        highestInCalm = needed;
      }
    }
    target = Math.max(min, Math.min(target, max));
  }
}
