package dev.weir.pool.internal;

import dev.weir.pool.Pool;

/**
 * Whether a keyed pool is suspended, and with it the pools of its keys, which are made and used
 * meanwhile.
 *
 * <p><b>Nobody slips through.</b> Who suspends writes the flag, then settles every pool that is in
 * the map. Who comes for a lease looks up the pool, then reads the flag, and settles the pool
 * himself if it is up. So whoever was not stopped by the flag had found his pool before the flag
 * went up: it was in the map by then, and who suspends has seen it there. And whoever comes after
 * that has returned is stopped by the flag, be his pool new or old.
 *
 * <p><b>No pool is left behind.</b> Settling acts as the flag says until the flag has stayed as it
 * was. Whoever was the last to act on a pool found the flag unchanged afterwards, and whoever
 * changes it later acts later. So what was done last to a pool is what the flag says: none stays
 * suspended after the end, though it was made, or a caller was on his way to it, while that ran.
 *
 * <p><b>What it does not keep out:</b> a caller that was overtaken by an end, and by another
 * beginning while it undid what it had done, undoes that beginning for an instant, for its key,
 * before it mends it.
 *
 * <p><b>Who writes.</b> The flag: whoever suspends or resumes. No lock is held while a pool is
 * told, since a pool that is resumed may start threads, which somebody else's factory makes.
 *
 * <p>{@code SuspensionTest} plays the changes that come between; {@code KeyedSuspendTest} has them
 * come as they may.
 */
final class Suspension {
  private volatile boolean isOn;

  boolean isOn() {
    return isOn;
  }

  /** To be followed by {@link #settle} for every pool. */
  void begin() {
    isOn = true;
  }

  /** To be followed by {@link #settle} for every pool. */
  void end() {
    isOn = false;
  }

  /** Suspends or resumes the pool of a key, as things stand. */
  void settle(Pool<?> pool) {
    boolean acted;
    do {
      acted = isOn;
      if (acted) {
        pool.suspend();
      } else {
        pool.resume();
      }
    } while (isOn != acted);
  }
}
