package dev.weir.pool.internal;

import dev.weir.pool.internal.slot.Budget;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bound on the connections of all keys together.
 *
 * <p>A pool that finds no place joins the hungry, tries once more, and has an idle connection of
 * another pool closed. Whoever puts a place back calls on the hungry with less than an even share
 * first, in the order in which they came. A pool that frees a connection looks for hungry ones
 * before and after; so one of the two sees the other, as in the line of waiters.
 */
final class SharedBudget {
  private volatile int places;
  private final IntSupplier shares;
  private final Consumer<Share> reclaim;
  private final AtomicInteger taken = new AtomicInteger();
  private final ConcurrentLinkedQueue<Share> hungry = new ConcurrentLinkedQueue<>();

  /**
   * @param shares how many pools there are
   * @param reclaim has an idle connection closed of any pool but that of the share
   */
  SharedBudget(int places, IntSupplier shares, Consumer<Share> reclaim) {
    this.places = places;
    this.shares = shares;
    this.reclaim = reclaim;
  }

  int places() {
    return places;
  }

  /** Sets the bound. What is taken beyond a lower one is put back in time, and not given again. */
  void resize(int places) {
    this.places = places;
    feed();
  }

  private boolean tryTake() {
    for (int seen = taken.get(); seen < places; seen = taken.get()) {
      if (taken.compareAndSet(seen, seen + 1)) {
        return true;
      }
    }
    return false;
  }

  private void feed() {
    while (taken.get() < places) {
      Share next = nextToFeed();
      if (next == null) {
        return;
      }
      // Whoever removes it calls on it; another thread may have been faster.
      if (hungry.remove(next)) {
        next.isHungry.set(false);
        next.callOn();
      }
    }
  }

  /** Who came first of those with less than an even share, or else of all. */
  private @Nullable Share nextToFeed() {
    for (Share share : hungry) {
      if (share.held.get() < evenShare()) {
        return share;
      }
    }
    return hungry.peek();
  }

  private int evenShare() {
    return Math.max(1, places / Math.max(1, shares.getAsInt()));
  }

  private boolean anotherIsHungry(Share share) {
    for (Share other : hungry) {
      if (other != share) {
        return true;
      }
    }
    return false;
  }

  /** The part of the budget that one pool takes. */
  final class Share implements Budget {
    private final AtomicBoolean isHungry = new AtomicBoolean();
    private final AtomicInteger held = new AtomicInteger();
    private volatile @Nullable SlotPool<?> pool;

    /** Whom to call when there may be a place. */
    void belongsTo(SlotPool<?> pool) {
      this.pool = pool;
    }

    boolean isOf(SlotPool<?> other) {
      return pool == other;
    }

    private void callOn() {
      SlotPool<?> owner = pool;
      if (owner != null) {
        owner.supply();
      }
    }

    @Override
    public boolean take() {
      if (tryTake()) {
        held.incrementAndGet();
        return true;
      }
      boolean joined = isHungry.compareAndSet(false, true);
      if (joined) {
        hungry.add(this);
      }
      if (tryTake()) {
        held.incrementAndGet();
        return true;
      }
      if (joined) {
        reclaim.accept(this);
      }
      return false;
    }

    @Override
    public boolean isUsedUp() {
      return taken.get() >= places;
    }

    @Override
    public boolean isShared() {
      return true;
    }

    @Override
    public void putBack() {
      held.decrementAndGet();
      taken.decrementAndGet();
      feed();
    }

    @Override
    public boolean claims(boolean needed) {
      return anotherIsHungry(this) && (!needed || held.get() > evenShare());
    }
  }
}
