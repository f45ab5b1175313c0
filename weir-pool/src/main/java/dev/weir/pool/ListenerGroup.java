package dev.weir.pool;

import java.util.ArrayList;
import java.util.List;

/** Several listeners as one. What each wants is asked once, as a pool would ask it. */
final class ListenerGroup implements PoolListener {
  private final List<PoolListener> all = new ArrayList<>();

  /** A part of {@link #all}. */
  private final List<PoolListener> wantEveryLease = new ArrayList<>();

  private ListenerGroup() {}

  static PoolListener of(PoolListener... listeners) {
    ListenerGroup group = new ListenerGroup();
    for (PoolListener listener : listeners) {
      group.add(listener);
    }
    return group.all.isEmpty() ? NONE : group;
  }

  private void add(PoolListener listener) {
    if (listener == NONE) {
      return;
    }
    all.add(listener);
    if (wants(listener)) {
      wantEveryLease.add(listener);
    }
  }

  private static boolean wants(PoolListener listener) {
    try {
      return listener.wantsEveryLease();
    } catch (Throwable e) {
      return true; // as if it had said nothing
    }
  }

  @Override
  public boolean wantsEveryLease() {
    return !wantEveryLease.isEmpty();
  }

  @Override
  public void onEvent(PoolEvent event) {
    for (PoolListener listener : isOfAReadyLease(event) ? wantEveryLease : all) {
      try {
        listener.onEvent(event);
      } catch (Throwable e) {
        // Its own fault, and none of the next listener's business.
      }
    }
  }

  private static boolean isOfAReadyLease(PoolEvent event) {
    return event instanceof PoolEvent.Released
        || (event instanceof PoolEvent.Acquired acquired && acquired.waited().isZero());
  }
}
