package dev.weir.pool.internal.slot;

import org.jspecify.annotations.Nullable;

/**
 * What a few threads remember together: the slot that one of them gave back last, and when. Read
 * and written without any order; a hint that is wrong costs a look elsewhere.
 */
public final class Home<C> extends SlotPadding {
  private @Nullable Slot<C> slot;
  private long last;

  /**
   * @param now a time before all those to be stamped; zero would not do, since times may be
   *     negative
   */
  Home(long now) {
    last = now;
  }

  /** The slot to try first. */
  public @Nullable Slot<C> slot() {
    return slot;
  }

  /**
   * Remembers where to look first, and tells the time for what is noted about it: {@code now}, or a
   * little more, so that what the same thread does with another slot within one tick of the clock
   * is later.
   */
  public long remember(Slot<C> slot, long now) {
    boolean other = this.slot != slot;
    if (other) {
      this.slot = slot;
    }
    if (now - last > 0) {
      last = now;
    } else if (other) {
      last++;
    }
    return last;
  }
}
