package dev.weir.pool.internal.slot;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a pool, and the count of places taken, which never grows beyond {@code max}.
 *
 * <p>Places are taken and freed under one lock, for a few instructions and without a call to
 * anything outside this package. Lending and giving back do not touch it: they go through the
 * array, which is replaced, never changed, so that a reader may walk an old one at worst. A slot
 * that was left out of a smaller array was vacant, and stays so, because only the array in force is
 * searched for a place, under the lock.
 */
public final class SlotTable<C> {
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicInteger opening = new AtomicInteger();
  private final AtomicInteger slow = new AtomicInteger();
  private final AtomicInteger checking = new AtomicInteger();
  private volatile Slot<C>[] slots;
  private volatile int occupied;
  private volatile int min;
  private volatile int max;
  private volatile int kept;
  private volatile boolean keepsNothing;
  private volatile int epoch;
  private final int leasesEach;
  private long usesOfTheGone;
  private boolean closed;

  /**
   * @param leasesEach how many leases a connection carries at a time, as a rule
   */
  public SlotTable(int min, int max, int leasesEach) {
    this.min = min;
    this.max = max;
    this.leasesEach = leasesEach;
    slots = extended(array(0), max);
  }

  /** All slots, the vacant ones too. Not to be changed. */
  public Slot<C>[] slots() {
    return slots;
  }

  public int min() {
    return min;
  }

  /** How many connections to keep: {@code min}, or what {@link #keep} said if that is more. */
  public int floor() {
    return keepsNothing ? 0 : Math.min(max, Math.max(min, kept));
  }

  /** From now on nothing is kept, only what callers need. */
  public void keepNothing() {
    keepsNothing = true;
  }

  /** Keeps so many connections, within the bounds. */
  public void keep(int connections) {
    kept = connections;
  }

  public int max() {
    return max;
  }

  /** Places taken: connections in any state, and those being opened. */
  public int occupied() {
    return occupied;
  }

  /** Places reserved for connections that are being opened. */
  public int opening() {
    return opening.get();
  }

  /** Connections that are on their way to whoever waits: being checked, or opened in good time. */
  public int coming() {
    return opening.get() - slow.get() + checking.get();
  }

  public boolean isFull() {
    return occupied >= max;
  }

  /** Whether there is a connection too many, after a shrink. */
  public boolean isOver() {
    return occupied > max && staying() > max;
  }

  /** How many slots are in {@code phase} at the moment. */
  public int count(SlotWord.Phase phase) {
    int count = 0;
    for (Slot<C> slot : slots) {
      if (slot.phase() == phase) {
        count++;
      }
    }
    return count;
  }

  /** Places taken without those whose connection is being closed or will be when it comes back. */
  public int staying() {
    int staying = 0;
    for (Slot<C> slot : slots) {
      if (slot.isStaying()) {
        staying++;
      }
    }
    return staying;
  }

  /** Free → closing if there is one too many: true, and the caller has to close the connection. */
  public boolean evictIfOver(Slot<C> slot) {
    lock.lock();
    try {
      return staying() > max && slot.evict();
    } finally {
      lock.unlock();
    }
  }

  /** Lent → lent for the last time if there is one too many, which the next caller then sees. */
  public boolean retireIfOver(Slot<C> slot, int generation) {
    lock.lock();
    try {
      boolean over = staying() > max;
      if (over) {
        slot.retireWhenGivenBack(generation);
      }
      return over;
    } finally {
      lock.unlock();
    }
  }

  /** How many leases a connection carries at a time, as a rule. */
  public int leasesEach() {
    return leasesEach;
  }

  /** How often all connections of the time had to go. */
  public int epoch() {
    return epoch;
  }

  /** Begins a new epoch: what was opened or begun to be opened before is outdated. */
  public void nextEpoch() {
    lock.lock();
    epoch++;
    lock.unlock();
  }

  /** Leases given since the beginning. */
  public long uses() {
    lock.lock();
    try {
      long uses = usesOfTheGone;
      for (Slot<C> slot : slots) {
        uses += slot.uses();
      }
      return uses;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Leases that have ended since the beginning: those given without those that are out. Too few by
   * those slots that are being lent or looked at in this moment, never too many.
   */
  public long ended() {
    lock.lock();
    try {
      long ended = usesOfTheGone; // each of them was given back before its place was freed
      for (Slot<C> slot : slots) {
        long uses = slot.uses(); // first, or one that begins meanwhile would count as ended
        ended += uses - slot.leases();
      }
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** Leases that are out. */
  public int leases() {
    int leases = 0;
    for (Slot<C> slot : slots) {
      leases += slot.leases();
    }
    return leases;
  }

  /** Whether {@link #reserve} would find a reason and, most likely, a place. */
  public boolean wantsMore(int waiting, int parallelism, long now) {
    return occupied < max
        && opening.get() < parallelism
        && (occupied < floor() || lacks(waiting, now));
  }

  /**
   * Whether more callers wait than connections are there or coming for. One that is there may be
   * taken by somebody else: a caller that was told of it asks again when it finds it gone.
   */
  public boolean lacks(int waiting, long now) {
    // Read first: what was coming is there before it no longer counts as coming.
    long missing = waiting - (long) coming() * leasesEach;
    Slot<C>[] slots = this.slots;
    for (int i = 0; i < slots.length && missing > 0; i++) {
      if (slots[i].canServe(now)) {
        missing--;
      }
    }
    return missing > 0;
  }

  /**
   * Takes a place for a connection to be opened, if callers wait for whom none is there or coming,
   * or fewer than {@link #floor} are there.
   */
  public @Nullable Slot<C> reserve(int waiting, int parallelism, long now) {
    lock.lock();
    try {
      if (closed || !wantsMore(waiting, parallelism, now)) {
        return null;
      }
      for (Slot<C> slot : slots) {
        if (slot.reserve()) {
          occupied++;
          opening.incrementAndGet();
          return slot;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * One open less is under way: call it after its result has been handed on or its place vacated,
   * then look for more to do.
   */
  public void openEnded() {
    opening.decrementAndGet();
  }

  /** An open takes so long that waiters should not count on it. */
  public void openSlow() {
    slow.incrementAndGet();
  }

  /** Takes {@link #openSlow} back. */
  public void openNotSlow() {
    slow.decrementAndGet();
  }

  /** Connections being checked because somebody waits. */
  public int checking() {
    return checking.get();
  }

  public void checkStarted() {
    checking.incrementAndGet();
  }

  /** Like {@link #openEnded} for checks. */
  public void checkEnded() {
    checking.decrementAndGet();
  }

  /** Frees a place. True for one caller. */
  public boolean vacate(Slot<C> slot, int generation) {
    lock.lock();
    try {
      if (!slot.vacate(generation)) {
        return false;
      }
      // Under the lock, so before anybody can reserve the slot again. A closed pool seizes slots
      // under the hands of their holders, who may be
      // about to look at the connection; it stays where it is then.
      if (!closed) {
        usesOfTheGone += slot.uses();
        slot.clear();
      }
      occupied--;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Sets the bounds; drops vacant slots beyond {@code max} and adds missing ones. */
  public void resize(int min, int max) {
    lock.lock();
    try {
      this.min = min;
      this.max = max;
      fit();
    } finally {
      lock.unlock();
    }
  }

  /** Makes the array as short as {@code max} and the places taken allow. */
  public void compact() {
    if (slots.length > max) {
      lock.lock();
      try {
        fit();
      } finally {
        lock.unlock();
      }
    }
  }

  /** No more reservations. */
  public void close() {
    lock.lock();
    closed = true;
    lock.unlock();
  }

  private void fit() {
    Slot<C>[] before = slots;
    if (before.length < max) {
      slots = extended(before, max);
      return;
    }
    Slot<C>[] kept = array(Math.max(max, occupied));
    int next = 0;
    int vacancies = kept.length - occupied;
    for (Slot<C> slot : before) {
      boolean vacant = slot.phase() == SlotWord.Phase.VACANT;
      if (!vacant || vacancies-- > 0) {
        kept[next++] = slot;
      }
    }
    slots = kept;
  }

  private static <C> Slot<C>[] extended(Slot<C>[] before, int length) {
    Slot<C>[] after = array(length);
    System.arraycopy(before, 0, after, 0, before.length);
    for (int i = before.length; i < length; i++) {
      after[i] = new Slot<>();
    }
    return after;
  }

  @SuppressWarnings({
    "unchecked",
    "rawtypes"
  }) // an array of a generic type cannot be made otherwise
  private static <C> Slot<C>[] array(int length) {
    return (Slot<C>[]) new Slot[length];
  }
}
