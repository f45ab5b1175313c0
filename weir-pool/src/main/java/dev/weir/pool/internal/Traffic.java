package dev.weir.pool.internal;

import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.internal.maintenance.Retirement;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.slot.SlotWord.Phase;
import dev.weir.pool.internal.slot.SlotWord.Returned;
import dev.weir.pool.internal.time.Clock;
import dev.weir.pool.internal.wait.Barging;
import dev.weir.pool.internal.wait.Faithful.Wish;
import dev.weir.pool.internal.wait.Gate;
import dev.weir.pool.internal.wait.WaitLine;
import dev.weir.pool.internal.wait.WaitLine.Signal;
import dev.weir.pool.internal.wait.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * Where free connections and waiting callers meet: who is served next.
 *
 * <p><b>A caller</b> that found nothing {@linkplain #join joins} the line, {@linkplain #lookFor
 * looks} whenever it is told to, and {@linkplain #leave leaves} when its time is up. <b>A
 * connection</b> comes back by {@link #putBack}, or from those who opened or checked it by {@link
 * #handOn}; when it was freed, {@link #freed} sees who or what has to be told.
 *
 * <p><b>Who holds a slot</b> decides about it, and only a holder calls {@link #handOn}, {@link
 * #putBack} or {@link Retirement#retireHeld}: a caller with a lease, the thread that opened or
 * checked the connection, or a thread between taking a slot and handing it on. Closing the pool is
 * the exception: it seizes every slot, and the moves of its holders fail from then on.
 *
 * <p><b>No free slot beside a waiter.</b> A slot that comes back is handed to the head of the line
 * if that is due, and freed otherwise; then the head is told to look. The essays of {@link
 * WaitLine} and {@link Barging} say why no waiter is missed and none overtaken for long. A slot may
 * be ready and nobody told of it when a signal that stood for several was used up for one, or was
 * left behind; whoever can have done that looks, and tells the next.
 *
 * <p><b>A slot taken for a moment</b> looks lent to everybody who looks at all slots meanwhile: its
 * taker owes it, and them, the same as the end of a lease would. {@code SuspendTest} checks that.
 *
 * <p><b>Fences.</b> Whoever frees a slot reads the line and {@link Attention} afterwards; whoever
 * joins the line, or wants something else of the slots, writes that first and looks at the slots
 * afterwards. All are volatile, so one of the two sees the other. The only state that is written
 * here is {@link Attention#EXHAUSTED}: set by the one caller that tells of it, cleared by whoever
 * frees a slot, and too early or too late at worst.
 */
final class Traffic<C> {
  private final Parts<C> parts;
  private final Clock clock;
  private final SlotTable<C> table;
  private final Attention attention;
  private final PoolMode mode;
  private final WaitLine<C> line;
  private final Wishes<C> wishes;
  private final Stock<C> stock;
  private final Surplus<C> surplus;
  private final Retirement<C> retirement;
  private final Supply<C> supply;
  private final Complaints<C> complaints;
  private final Gate gate;

  Traffic(Parts<C> parts, Mechanisms<C> mechanisms) {
    this.parts = parts;
    clock = parts.clock();
    table = parts.table();
    attention = mechanisms.attention();
    mode = mechanisms.mode();
    line = mechanisms.line();
    wishes = mechanisms.wishes();
    stock = mechanisms.stock();
    surplus = mechanisms.surplus();
    retirement = mechanisms.retirement();
    supply = mechanisms.supply();
    complaints = mechanisms.complaints();
    gate = mechanisms.gate();
  }

  /** Whether a slot can be given back without more ado. */
  boolean isQuiet() {
    return !attention.isNeeded() && line.isEmpty();
  }

  /** Whether there is more to the end of a lease than giving the slot back. */
  boolean needsCare() {
    return attention.isNeeded();
  }

  /** All callers that wait. */
  int pending() {
    return line.waiting() + wishes.waiting();
  }

  /**
   * Puts a waiter into the line. One that can look has to, and then says if it {@linkplain
   * #nothingFound found nothing}; for the others, all that can be done is done here.
   */
  void join(Waiter<C> waiter) {
    if (mode.isClosing()) {
      throw complaints.closed();
    }
    int most = parts.options().maxWaiters();
    if (!line.join(waiter, most) && !line.join(waiter, most + spare())) {
      throw complaints.tooMany(most);
    }
    if (mode.isClosed()) {
      line.failAll(complaints::closed);
    }
    tellExhausted();
    if (!waiter.canLook()) {
      rouseIfReady();
      supply.look();
    }
  }

  /**
   * For a waiter that has joined the line and found nothing. Not before that: a connection that
   * came back while it joined is free, is coming to nobody, and would not be seen by whoever counts
   * what has to be opened.
   */
  void nothingFound() {
    supply.look();
  }

  /** For whoever was told of a connection that somebody else took first. */
  void foundTaken() {
    if (!table.isFull()) {
      supply.look(); // where it was counted on
    }
  }

  /**
   * Callers for whom a place is not leased yet are not counted as waiting: a cold pool must not
   * refuse a burst that a warm one would take.
   */
  private int spare() {
    return Math.max(0, table.max() * table.leasesEach() - table.leases());
  }

  private void tellExhausted() {
    if (!attention.has(Attention.EXHAUSTED)
        && table.count(Phase.LEASED) >= table.max()
        && !stock.hasReady()
        && attention.set(Attention.EXHAUSTED)) {
      parts.events().exhausted(table.max(), line.waiting());
    }
  }

  /** The look of a waiter for a slot. A slot: it is lent to the waiter, which has left the line. */
  @Nullable Slot<C> lookFor(Waiter<C> waiter) {
    if (!line.isHead(waiter)) {
      if (!waiter.isWaiting()) {
        rouseIfReady(); // served before it could look, so the next has to
      }
      return null;
    }
    Slot<C> slot = stock.takeInLine();
    if (slot == null) {
      return null;
    }
    if (!leave(waiter)) {
      putBack(slot, slot.generation()); // it was served meanwhile
      rouseIfReady(); // one signal may stand for several free slots
      return null;
    }
    line.moved(clock.nanos());
    rouseIfReady();
    return slot;
  }

  /** Takes a waiter out of the line. False: it was served or failed already. */
  boolean leave(Waiter<C> waiter) {
    boolean left = line.leave(waiter);
    if (left && line.hasSignal(waiter)) {
      rouse();
    }
    lookAtGate();
    return left;
  }

  /** Has somebody wait for one particular slot. */
  void wish(Wish<C> wish) {
    wishes.join(wish);
    fulfil(wish.slot());
    tend();
  }

  /** Gives a slot back that the caller holds: to whoever is next, or to be free. */
  void putBack(Slot<C> slot, int generation) {
    int mine = generation;
    if (!wishes.isEmpty() && !line.isDue() && slot.passOn(mine)) {
      if (wishes.serve(slot)) {
        return;
      }
      mine = slot.generation();
    }
    if (!line.isEmpty() && (mode.isDraining() || line.isDue()) && slot.passOn(mine)) {
      if (serve(slot)) {
        return;
      }
      mine = slot.generation();
    }
    if (mode.isDraining()) {
      slot.condemn(Reason.POOL_CLOSED);
      slot.retireWhenGivenBack(mine);
    }
    free(slot, mine);
  }

  private void free(Slot<C> slot, int generation) {
    switch (slot.giveBack(generation)) {
      case STALE -> {} // seized, or given back by another thread with the same lease
      case CLOSING -> retirement.retire(slot);
      default -> freed(slot);
    }
  }

  /** To be called after a slot was given back, unless the pool {@link #isQuiet}. */
  void freed(Slot<C> slot) {
    attention.clear(Attention.EXHAUSTED);
    if (!line.isEmpty()) {
      if (slot.isReadyAt(clock.coarseNanos()) && slot.isLendable()) {
        rouse();
      } else {
        supply.look();
      }
    }
    if (!attention.isNeeded()) {
      return;
    }
    if (!wishes.isEmpty()) {
      fulfil(slot);
    }
    tend();
  }

  /** Closes what is too many or not wanted any more. */
  private void tend() {
    surplus.freed();
    if (mode.isClosing()) {
      retirement.retireFree(Reason.POOL_CLOSED);
    }
    lookAtGate();
  }

  /** To be called when a lease or a wait has ended: a drain may wait for it. */
  void lookAtGate() {
    if (attention.has(Attention.NOT_OPEN)) {
      gate.look();
    }
  }

  /** Takes a slot that was opened or checked: for whoever waits first, or to be free. */
  void handOn(Slot<C> slot) {
    mode.holdIfSuspended(slot);
    // Opened or checked because somebody waits, so nobody is about to take it by overtaking.
    int generation = slot.generation();
    if (line.isEmpty() || !slot.passOn(generation) || !serve(slot)) {
      putBack(slot, slot.generation());
    }
    // A connection that carries several leases can serve as many waiters.
    while (table.leasesEach() > 1 && !line.isEmpty() && slot.tryLend()) {
      if (!serve(slot)) {
        putBack(slot, slot.generation());
      }
    }
  }

  /**
   * Takes a slot that was only looked at: for whoever waits, unless it has to be checked before.
   */
  void putAside(Slot<C> slot) {
    if (slot.isFreshAt(clock.coarseNanos())) {
      handOn(slot);
    } else {
      free(slot, slot.generation());
    }
  }

  /** For whoever freed slots, or looked for one, without a word to the line. */
  void rouseIfReady() {
    if (!line.isEmpty() && stock.hasReady()) {
      rouse();
    }
  }

  /** A slot may be free: has the head of the line look for it. */
  private void rouse() {
    while (line.signal() == Signal.CANNOT_LOOK) {
      Slot<C> slot = stock.takeAny();
      if (slot == null) {
        foundTaken();
        return;
      }
      if (!serve(slot)) {
        free(slot, slot.generation());
      }
    }
  }

  /** Hands a slot over that the caller holds. */
  private boolean serve(Slot<C> slot) {
    Waiter<C> served = line.serve(slot, clock.nanos());
    if (served == null) {
      return false;
    }
    if (line.hasSignal(served)) {
      rouse();
    }
    return true;
  }

  /** Tries a slot for whoever wishes for it. What else may need the slot is to be seen to after. */
  private void fulfil(Slot<C> slot) {
    if (!slot.isReadyAt(clock.coarseNanos()) || !slot.tryLend() || wishes.serve(slot)) {
      return;
    }
    if (slot.giveBack(slot.generation()) == Returned.CLOSING) {
      retirement.retire(slot);
    } else {
      rouseIfReady();
    }
  }

  /** Hands what is free to those who wait, until one of the two runs out. */
  void serveAllWhoWait() {
    while (!line.isEmpty()) {
      Slot<C> slot = stock.takeAny();
      if (slot == null) {
        return;
      }
      if (!serve(slot)) {
        free(slot, slot.generation());
        return;
      }
    }
  }
}
