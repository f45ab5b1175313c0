package dev.weir.pool.internal.slot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One slot's state in one word: generation (32 bits) | limit (12) | flags (8) | leases (12). No
 * other class knows the layout.
 *
 * <pre>
 *  VACANT   → OPENING    reserve      a place is taken for a connection to be opened
 *  OPENING  → OPENING    retry        the try so far was given up
 *  OPENING  → LENT       fill         opened: in the hands of whoever opened it
 *  FREE     → LENT       tryLend
 *  LENT     → LENT       tryLend      one lease more, up to the limit
 *  LENT     → LENT       passOn       the lease goes from its holder to a waiter
 *  LENT     → LENT, FREE giveBack
 *  LENT     → CLOSING    giveBack     by the last holder of a slot that retires
 *  FREE     → CHECKING   startCheck
 *  CHECKING → LENT       endCheck     sound: in the hands of whoever checked it
 *  CHECKING → CLOSING    failCheck
 *  FREE     → CLOSING    evict
 *  FREE, LENT, CHECKING → CLOSING     seize, when the pool closes
 *  OPENING, CLOSING → VACANT          vacate
 * </pre>
 *
 * <p>FREE and LENT are the phase LIVE with no lease and with some. Three flags keep a live slot
 * from being lent: RETIRING (the last to give it back closes it), DOUBTED (it has to be checked
 * first) and HELD (the pool is suspended). The limit is in the word, since it may change while
 * callers compare it with the number of leases.
 *
 * <p><b>Who may write.</b> Anybody, by one of the moves; each is one compare-and-set that succeeds
 * for one caller only. The caller that moves a slot to CLOSING owns the closing of its connection;
 * whoever lends a slot or ends its check owns a lease until it gives it back. So every connection
 * is closed once, and never used by more than its limit.
 *
 * <p><b>Generation.</b> Counts the tenures of a slot: a try to open, a check, and the time from the
 * first lease to the last to be given back. What outlived its tenure (an open that hangs, a lease
 * that is closed a second time, or after the pool) carries the generation it began with, and every
 * move it still makes fails. So with one lease at a time, giving back and ending the lease are one
 * and the same compare-and-set. With more, the leases of a tenure share its generation, and each
 * has to see to it that it ends once.
 *
 * <p><b>Fences.</b> All moves are volatile compare-and-sets, all reads volatile. Two things rest on
 * that. What the last holder did, to the plain fields of {@link Slot} and to the connection,
 * happens-before what the next one does: a release store would be enough for that, at half the
 * price. But the move that frees a slot is also the first half of a hand-shake with waiters, whose
 * second half is the read that follows it, and a later read may overtake a release store: see
 * {@link dev.weir.pool.internal.wait.WaitLine}.
 */
public abstract class SlotWord extends SlotPadding {
  private static final long LEASES = 0xFFF;
  private static final int PHASE_SHIFT = 12;
  private static final long VACANT = 0L << PHASE_SHIFT;
  private static final long OPENING = 1L << PHASE_SHIFT;
  private static final long LIVE = 2L << PHASE_SHIFT;
  private static final long CHECKING = 3L << PHASE_SHIFT;
  private static final long CLOSING = 4L << PHASE_SHIFT;
  private static final long PHASE = 7L << PHASE_SHIFT;
  private static final long RETIRING = 1L << 15;
  private static final long DOUBTED = 1L << 16;
  private static final long HELD = 1L << 17;
  private static final long FLAGS = 0xFFL << PHASE_SHIFT;
  private static final int LIMIT_SHIFT = 20;
  private static final long LIMIT = 0xFFFL << LIMIT_SHIFT;
  private static final int GENERATION_SHIFT = 32;
  private static final long NEXT_GENERATION = 1L << GENERATION_SHIFT;

  /** The most leases that one connection can carry. */
  public static final int MAX_LEASES = (int) LEASES;

  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(SlotWord.class, "word", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile long word;

  /** What a slot is in, for reports. */
  public enum Phase {
    /** Nothing: a free place. */
    VACANT,
    /** Reserved for a connection that is being opened. */
    OPENING,
    /** A connection that nobody holds. */
    IDLE,
    /** A connection that somebody holds. */
    LEASED,
    /** A connection that the pool holds, to check it. */
    CHECKING,
    /** A connection that is being closed. */
    CLOSING
  }

  /** How {@link #giveBack} went. */
  public enum Returned {
    /** The slot was not this tenure's any more; nothing happened. */
    STALE,
    /** Others hold it still. */
    LENT,
    /** Nobody holds it now. */
    FREE,
    /** It is closing now, and the caller's to close. */
    CLOSING
  }

  public final Phase phase() {
    long seen = word;
    if (phase(seen) == LIVE) {
      return leases(seen) == 0 ? Phase.IDLE : Phase.LEASED;
    } else if (phase(seen) == OPENING) {
      return Phase.OPENING;
    } else if (phase(seen) == CHECKING) {
      return Phase.CHECKING;
    }
    return phase(seen) == CLOSING ? Phase.CLOSING : Phase.VACANT;
  }

  public final int generation() {
    return generation(word);
  }

  /** Leases that are out. */
  public final int leases() {
    return leases(word);
  }

  /** Leases that may be out at a time. */
  public final int limit() {
    return limit(word);
  }

  /** Whether a connection is there, or being opened, that will not be closed by what is known. */
  final boolean isStaying() {
    long seen = word;
    long phase = phase(seen);
    return phase == OPENING || ((phase == LIVE || phase == CHECKING) && (seen & RETIRING) == 0);
  }

  /** Whether a connection is there that nobody holds, be it for lending or not. */
  public final boolean isFree() {
    long seen = word;
    return phase(seen) == LIVE && leases(seen) == 0;
  }

  /** Whether {@link #tryLend} would succeed. */
  public final boolean isLendable() {
    return isLendable(word);
  }

  /** Whether it is free, and a check is all that may keep it from being lent. */
  public final boolean isWorthACheck() {
    long seen = word;
    return mayBeLent(seen & ~DOUBTED) && leases(seen) == 0 && limit(seen) > 0;
  }

  /** Whether it must be checked before it is lent again. */
  public final boolean isDoubted() {
    return (word & DOUBTED) != 0;
  }

  /** Whether the leases of this generation still hold it. */
  public final boolean isLent(int generation) {
    long seen = word;
    return generation(seen) == generation && phase(seen) == LIVE && leases(seen) > 0;
  }

  /** Vacant → opening, in a new generation. Only {@link SlotTable} may, under its lock. */
  final boolean reserve() {
    long seen = word;
    return phase(seen) == VACANT
        && WORD.compareAndSet(this, seen, of(generation(seen) + 1, OPENING));
  }

  /** Opening → opening in the next generation: what the try so far still brings is void. */
  public final boolean retry(int generation) {
    return WORD.compareAndSet(this, of(generation, OPENING), of(generation + 1, OPENING));
  }

  /**
   * Opening → lent once, to whoever opened the connection, and not for lending until {@link
   * #letGo}: the pool may have been suspended, or everything evicted, since the open began. Only
   * {@link Slot} may, which puts the connection in first.
   */
  final boolean fill(int generation, int limit) {
    long filled = of(generation, LIVE) | HELD | (long) limit << LIMIT_SHIFT;
    return WORD.compareAndSet(this, of(generation, OPENING), filled + 1);
  }

  /** Whether {@link #fill} would succeed now. */
  final boolean isOpening(int generation) {
    return word == of(generation, OPENING);
  }

  /** Free or lent → lent by one more. False: full, or not for lending. */
  public final boolean tryLend() {
    for (long seen = word; isLendable(seen); seen = word) {
      if (WORD.compareAndSet(this, seen, seen + 1)) {
        return true;
      }
    }
    return false;
  }

  /** Free → lent once, although it is not for lending: to close it, say. */
  public final boolean tryTake() {
    for (long seen = word; phase(seen) == LIVE && leases(seen) == 0; seen = word) {
      if (WORD.compareAndSet(this, seen, seen + 1)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Lent → lent, to somebody else; in a new generation if it is lent once, so that the one who had
   * it has nothing to give back any more. False: not for lending any more, lent more often than it
   * may be by now, or seized.
   */
  public final boolean passOn(int generation) {
    for (long seen = word;
        generation(seen) == generation
            && mayBeLent(seen)
            && leases(seen) > 0
            && leases(seen) <= limit(seen);
        seen = word) {
      if (leases(seen) > 1) {
        return true;
      }
      if (WORD.compareAndSet(this, seen, seen + NEXT_GENERATION)) {
        return true;
      }
    }
    return false;
  }

  /** Lent → lent by one less. */
  public final Returned giveBack(int generation) {
    while (true) {
      long seen = word;
      if (generation(seen) != generation || phase(seen) != LIVE || leases(seen) == 0) {
        return Returned.STALE;
      }
      if (leases(seen) > 1) {
        if (WORD.compareAndSet(this, seen, seen - 1)) {
          return Returned.LENT;
        }
      } else if ((seen & RETIRING) != 0) {
        if (WORD.compareAndSet(this, seen, of(generation, CLOSING))) {
          return Returned.CLOSING;
        }
      } else if (WORD.compareAndSet(this, seen, seen - 1 + NEXT_GENERATION)) {
        return Returned.FREE;
      }
    }
  }

  /** Lent → lent for the last time: whoever gives it back last closes it. */
  public final void retireWhenGivenBack(int generation) {
    for (long seen = word;
        generation(seen) == generation && phase(seen) == LIVE && (seen & RETIRING) == 0;
        seen = word) {
      if (WORD.compareAndSet(this, seen, seen | RETIRING)) {
        return;
      }
    }
  }

  /**
   * Free → closing: true, and the caller has to close the connection. Lent or being checked → the
   * same for the last time: false, as in any other state.
   */
  public final boolean evict() {
    for (long seen = word; phase(seen) == LIVE || phase(seen) == CHECKING; seen = word) {
      boolean free = phase(seen) == LIVE && leases(seen) == 0;
      long next = free ? of(generation(seen), CLOSING) : seen | RETIRING;
      if (WORD.compareAndSet(this, seen, next)) {
        return free;
      }
    }
    return false;
  }

  /** Live → the same, but to be checked before it is lent again. */
  public final void doubt() {
    mark(DOUBTED);
  }

  /** Free → the same, but to be checked before it is lent again. */
  public final void doubtIfFree() {
    for (long seen = word; phase(seen) == LIVE && leases(seen) == 0; seen = word) {
      if (WORD.compareAndSet(this, seen, seen | DOUBTED)) {
        return;
      }
    }
  }

  /** Live or being checked → the same, but not for lending until {@link #letGo}. */
  public final void hold() {
    mark(HELD);
  }

  /** Takes {@link #hold} back. */
  public final void letGo() {
    for (long seen = word; (seen & HELD) != 0; seen = word) {
      if (WORD.compareAndSet(this, seen, seen & ~HELD)) {
        return;
      }
    }
  }

  private void mark(long flag) {
    for (long seen = word;
        (phase(seen) == LIVE || phase(seen) == CHECKING) && (seen & flag) == 0;
        seen = word) {
      if (WORD.compareAndSet(this, seen, seen | flag)) {
        return;
      }
    }
  }

  /** Sets how many leases may be out at a time, from now on. False: there is no connection. */
  public final boolean limitTo(int limit) {
    for (long seen = word; phase(seen) == LIVE || phase(seen) == CHECKING; seen = word) {
      if (WORD.compareAndSet(this, seen, seen & ~LIMIT | (long) limit << LIMIT_SHIFT)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Free → being checked, in a new generation: the connection is the caller's until it ends the
   * check. Ends the doubt.
   */
  public final boolean startCheck() {
    for (long seen = word; phase(seen) == LIVE && leases(seen) == 0; seen = word) {
      if (WORD.compareAndSet(this, seen, withPhase(seen & ~DOUBTED, CHECKING) + NEXT_GENERATION)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Being checked → lent once, to whoever ended the check. False: it was seized, the check was
   * given up, or it retires and {@link #failCheck} has to follow.
   */
  public final boolean endCheck(int generation) {
    for (long seen = word; isChecking(seen, generation) && (seen & RETIRING) == 0; seen = word) {
      if (WORD.compareAndSet(this, seen, withPhase(seen, LIVE) + 1)) {
        return true;
      }
    }
    return false;
  }

  /** Being checked → closing. True for one caller, who has to close the connection. */
  public final boolean failCheck(int generation) {
    for (long seen = word; isChecking(seen, generation); seen = word) {
      if (WORD.compareAndSet(this, seen, of(generation, CLOSING))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Live or being checked → closing, whoever holds it. True for one caller, who has to close the
   * connection.
   */
  public final boolean seize() {
    for (long seen = word; phase(seen) == LIVE || phase(seen) == CHECKING; seen = word) {
      if (WORD.compareAndSet(this, seen, of(generation(seen), CLOSING))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Opening or closing → vacant. True for one caller. Only {@link SlotTable} may, under its lock.
   */
  final boolean vacate(int generation) {
    long free = of(generation, VACANT);
    return WORD.compareAndSet(this, of(generation, CLOSING), free)
        || WORD.compareAndSet(this, of(generation, OPENING), free);
  }

  private static boolean isLendable(long word) {
    return mayBeLent(word) && leases(word) < limit(word);
  }

  private static boolean mayBeLent(long word) {
    return (word & FLAGS) == LIVE;
  }

  private static boolean isChecking(long word, int generation) {
    return generation(word) == generation && phase(word) == CHECKING;
  }

  private static long of(int generation, long phase) {
    return (long) generation << GENERATION_SHIFT | phase;
  }

  private static long withPhase(long word, long phase) {
    return word & ~PHASE | phase;
  }

  private static int generation(long word) {
    return (int) (word >>> GENERATION_SHIFT);
  }

  private static long phase(long word) {
    return word & PHASE;
  }

  private static int leases(long word) {
    return (int) (word & LEASES);
  }

  private static int limit(long word) {
    return (int) (word >>> LIMIT_SHIFT) & MAX_LEASES;
  }
}
