package dev.weir.pool.internal;

import dev.weir.pool.PoolClosedException;
import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.PoolSnapshot.Mode;
import dev.weir.pool.internal.maintenance.Maintenance;
import dev.weir.pool.internal.maintenance.Retirement;
import dev.weir.pool.internal.maintenance.Validation;
import dev.weir.pool.internal.open.EndpointState;
import dev.weir.pool.internal.open.Freshness;
import dev.weir.pool.internal.open.Opener;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.slot.SlotWord.Phase;
import dev.weir.pool.internal.slot.SlotWord.Returned;
import dev.weir.pool.internal.strategy.Affinity;
import dev.weir.pool.internal.strategy.Selector;
import dev.weir.pool.internal.time.Clock;
import dev.weir.pool.internal.wait.Barging;
import dev.weir.pool.internal.wait.Dispatch;
import dev.weir.pool.internal.wait.Faithful;
import dev.weir.pool.internal.wait.Faithful.Wish;
import dev.weir.pool.internal.wait.Gate;
import dev.weir.pool.internal.wait.WaitLine;
import dev.weir.pool.internal.wait.WaitLine.Signal;
import dev.weir.pool.internal.wait.Waiter;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where free connections and waiting callers meet.
 *
 * <p><b>Who holds a slot</b> decides about it, and only a holder calls {@link #handOn} or {@link
 * #retireHeld}: a caller with a lease, the thread that opened or checked the connection, or a
 * thread between taking a slot and handing it on. Closing the pool is the exception: it seizes
 * every slot, and the moves of its holders fail from then on.
 *
 * <p><b>No free slot beside a waiter.</b> A slot that comes back is handed to the head of the line
 * if that is due, and freed otherwise; then the head is told to look. The essays of {@link
 * WaitLine} and {@link Barging} say why no waiter is missed and none overtaken for long.
 *
 * <p><b>Modes:</b> OPEN ↔ SUSPENDED, OPEN or SUSPENDED → DRAINING → CLOSED, any → CLOSED. Lending
 * does not look at the mode, so that it costs nothing: whoever changes it looks at all slots
 * afterwards and holds, closes or frees them; whoever frees a slot reads the mode afterwards, by
 * way of {@link Attention}. So no slot that may be lent survives the change.
 *
 * <p><b>Capacity</b> that comes back some other way (a closed connection, a larger max, a finished
 * or failed open, an ended rest) ends in {@link #supply}. There is no lock in this class. The locks
 * of the slot table and of the alarm are leaves: nothing else is called under them.
 */
final class Traffic<C> implements Dispatch<C> {
  private final Parts<C> parts;
  private final Clock clock;
  private final SlotTable<C> table;
  private final WaitLine<C> line;
  private final Selector<C> selector;
  private final Affinity<C> affinity = new Affinity<>();
  private final Faithful<C> faithful = new Faithful<>();
  private final Gate gate = new Gate();
  private final Opener<C> opener;
  private final Retirement<C> retirement;
  private final Validation<C> validation;
  private final Maintenance<C> maintenance;
  private final Complaints<C> complaints;
  private final Attention attention = new Attention();
  private final AtomicReference<Mode> mode = new AtomicReference<>(Mode.OPEN);

  Traffic(Parts<C> parts) {
    this.parts = parts;
    clock = parts.clock();
    table = parts.table();
    line = new WaitLine<>(new Barging(parts.options().fairness(), table::occupied, clock));
    PoolOptions options = parts.options();
    selector = new Selector<>(table, parts.ownStrategy(), options.strategy(), parts.random());
    Freshness freshness = new Freshness(parts.factory(), parts.options());
    opener = new Opener<>(parts, this, freshness);
    retirement = new Retirement<>(parts, this);
    validation = new Validation<>(parts, this, retirement, freshness);
    maintenance = new Maintenance<>(parts, this, validation, retirement, affinity);
    complaints = new Complaints<>(parts.name(), table, line, clock, opener::lastFailure);
    if (parts.budget().isShared()) {
      attention.set(Attention.SHARED);
    }
  }

  void start() {
    maintenance.start();
    supply();
  }

  Affinity<C> affinity() {
    return affinity;
  }

  WaitLine<C> line() {
    return line;
  }

  Complaints<C> complaints() {
    return complaints;
  }

  Opener<C> opener() {
    return opener;
  }

  Retirement<C> retirement() {
    return retirement;
  }

  Validation<C> validation() {
    return validation;
  }

  /** Whether a slot can be given back without more ado. */
  boolean isQuiet() {
    return !attention.isNeeded() && line.isEmpty();
  }

  /** Whether there is more to the end of a lease than giving the slot back. */
  boolean needsCare() {
    return attention.isNeeded();
  }

  Mode mode() {
    return mode.get();
  }

  boolean isOpen() {
    return mode.get() == Mode.OPEN;
  }

  /** Whether newcomers find nothing, not even a lease more on a connection that carries several. */
  boolean isClosing() {
    return mode.get().compareTo(Mode.DRAINING) >= 0;
  }

  boolean isSuspended() {
    return mode.get() == Mode.SUSPENDED;
  }

  PoolClosedException closedException() {
    return complaints.closed(mode.get() == Mode.DRAINING);
  }

  /** Waits until something about the pool is so. */
  void await(BooleanSupplier reached, long deadline) throws InterruptedException {
    gate.await(reached, clock, deadline);
  }

  /** Puts a waiter into the line and does for it what can be done. */
  void join(Waiter<C> waiter) {
    if (isClosing()) {
      throw closedException();
    }
    int most = parts.options().maxWaiters();
    if (!line.join(waiter, most) && !line.join(waiter, most + spare())) {
      throw complaints.tooMany(most);
    }
    if (mode.get() == Mode.CLOSED) {
      line.failAll(this::closedException);
    }
    tellExhausted();
    if (!waiter.canLook()) {
      rouseIfReady();
    }
    supply();
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
        && !selector.hasReady(clock.coarseNanos())
        && attention.set(Attention.EXHAUSTED)) {
      parts.events().exhausted(table.max(), line.waiting());
    }
  }

  /**
   * Takes a free connection that may be handed out as it is, as the strategy wants it. Those that
   * may not be handed out at all are closed on the way.
   */
  @Nullable Slot<C> take() {
    long now = clock.coarseNanos();
    for (Slot<C> slot = selector.take(now); slot != null; slot = selector.take(now)) {
      if (isSound(slot, now)) {
        return slot;
      }
    }
    return null;
  }

  private @Nullable Slot<C> takeInLine() {
    long now = clock.coarseNanos();
    for (Slot<C> slot = selector.takeInLine(now); slot != null; slot = selector.takeInLine(now)) {
      if (isSound(slot, now)) {
        return slot;
      }
    }
    return null;
  }

  /** Like {@link #take}, without a look at the strategy. */
  private @Nullable Slot<C> takeAny() {
    long now = clock.coarseNanos();
    for (Slot<C> slot = selector.takeAny(now); slot != null; slot = selector.takeAny(now)) {
      if (isSound(slot, now)) {
        return slot;
      }
    }
    return null;
  }

  /** Whether a slot that the caller just took may be handed out; closes it otherwise. */
  boolean isSound(Slot<C> slot, long now) {
    Reason unfit = validation.unfit(slot, now);
    if (unfit == null) {
      return true;
    }
    retireHeld(slot, slot.generation(), unfit, null);
    return false;
  }

  /** The look of a waiter for a slot. A slot: it is lent to the waiter, which has left the line. */
  @Nullable Slot<C> lookFor(Waiter<C> waiter) {
    if (!line.isHead(waiter)) {
      if (!waiter.isWaiting()) {
        rouseIfReady(); // served before it could look, so the next has to
      }
      return null;
    }
    Slot<C> slot = takeInLine();
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

  /** Has somebody wait for one particular slot. */
  void wish(Wish<C> wish) {
    faithful.join(wish);
    attention.set(Attention.WISHES);
    fulfil(wish.slot());
  }

  /** Ends a wish. False: it was fulfilled, and the slot is the waiter's. */
  boolean endWish(Wish<C> wish) {
    boolean ended = faithful.leave(wish);
    if (faithful.waiting() == 0) {
      attention.clear(Attention.WISHES);
      if (faithful.waiting() > 0) {
        attention.set(Attention.WISHES);
      }
    }
    return ended;
  }

  private void fulfil(Slot<C> slot) {
    if (slot.isReadyAt(clock.coarseNanos()) && slot.tryLend()) {
      if (!faithful.serve(slot, clock.nanos())) {
        slot.giveBack(slot.generation());
        rouseIfReady();
      }
    }
  }

  private void rouseIfReady() {
    if (!line.isEmpty() && selector.hasReady(clock.coarseNanos())) {
      rouse();
    }
  }

  /** A slot may be free: has the head of the line look for it. */
  private void rouse() {
    while (line.signal() == Signal.CANNOT_LOOK) {
      Slot<C> slot = takeAny();
      if (slot == null) {
        return;
      }
      if (!serve(slot)) {
        slot.giveBack(slot.generation());
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

  @Override
  public void handOn(Slot<C> slot) {
    holdIfSuspended(slot);
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

  @Override
  public void putAside(Slot<C> slot) {
    if (slot.isFreshAt(clock.coarseNanos())) {
      handOn(slot);
      return;
    }
    Returned returned = slot.giveBack(slot.generation());
    if (returned == Returned.CLOSING) {
      retire(slot);
    } else if (returned != Returned.STALE) {
      freed(slot);
    }
  }

  @Override
  public void giveUp(Slot<C> slot, Reason reason) {
    retireHeld(slot, slot.generation(), reason, null);
  }

  /** Gives a slot back that the caller holds: to whoever is next, or to be free. */
  Returned putBack(Slot<C> slot, int generation) {
    int mine = generation;
    if (attention.has(Attention.WISHES) && !line.isDue() && slot.passOn(mine)) {
      if (faithful.serve(slot, clock.nanos())) {
        return Returned.LENT;
      }
      mine = slot.generation();
    }
    if (!line.isEmpty() && (isDraining() || line.isDue()) && slot.passOn(mine)) {
      if (serve(slot)) {
        return Returned.LENT;
      }
      mine = slot.generation();
    }
    if (isDraining()) {
      slot.condemn(Reason.POOL_CLOSED);
      slot.retireWhenGivenBack(mine);
    }
    Returned returned = slot.giveBack(mine);
    if (returned == Returned.CLOSING) {
      retire(slot);
    } else if (returned != Returned.STALE) {
      freed(slot);
    }
    return returned;
  }

  private boolean isDraining() {
    return mode.get() == Mode.DRAINING;
  }

  /** To be called after a slot was given back, unless the pool {@link #isQuiet}. */
  void freed(Slot<C> slot) {
    attention.clear(Attention.EXHAUSTED);
    if (!line.isEmpty()) {
      if (slot.isReadyAt(clock.coarseNanos()) && slot.isLendable()) {
        rouse();
      } else {
        supply();
      }
    }
    if (!attention.isNeeded()) {
      return;
    }
    if (attention.has(Attention.WISHES)) {
      fulfil(slot);
    }
    // Once more, since the need may have arisen between the end of the lease and the line above.
    if (attention.has(Attention.SHARED) && parts.budget().claims(!line.isEmpty())) {
      giveUpIdle();
    }
    if (attention.has(Attention.OVER)) {
      shrink();
    }
    if (mode.get().compareTo(Mode.DRAINING) >= 0) {
      retireFree(Reason.POOL_CLOSED);
    }
    lookAtGate();
  }

  /** Closes the connection of a slot that the caller holds. */
  void retireHeld(Slot<C> slot, int generation, Reason reason, @Nullable Throwable cause) {
    slot.condemn(reason);
    slot.retireWhenGivenBack(generation);
    if (slot.giveBack(generation) == Returned.CLOSING) {
      retirement.retire(slot, reason, cause);
      opener.refuseIfDown();
    }
  }

  /** Closes the connection of a slot that the caller moved to closing. */
  void retire(Slot<C> slot) {
    retirement.retire(slot, slot.condemnedFor(), null);
  }

  /** See {@link dev.weir.pool.Pool#limitLeases}. */
  boolean limitLeases(C connection, int limit) {
    for (Slot<C> slot : table.slots()) {
      if (slot.peek() == connection && slot.limitTo(limit)) {
        rouseIfReady();
        supply(); // it may have to be checked first
        return true;
      }
    }
    return false;
  }

  /** Whether a connection that comes back is one too many. */
  boolean isSurplus() {
    return attention.isNeeded()
        && (table.isOver()
            || (attention.has(Attention.SHARED) && parts.budget().claims(!line.isEmpty())));
  }

  /**
   * Closes the connection that has been idle longest, because its place is needed elsewhere. False:
   * there is none.
   */
  boolean giveUpIdle() {
    Slot<C> oldest = idleLongest();
    if (oldest == null || !oldest.tryTake()) {
      return false;
    }
    retireHeld(oldest, oldest.generation(), Reason.SURPLUS, null);
    return true;
  }

  /** Since when the connection that was idle longest is idle; {@code now} if there is none. */
  long idleSince(long now) {
    Slot<C> oldest = idleLongest();
    return oldest == null ? now : oldest.lastUsed();
  }

  private @Nullable Slot<C> idleLongest() {
    Slot<C> oldest = null;
    for (Slot<C> slot : table.slots()) {
      if (slot.isFree() && (oldest == null || slot.lastUsed() - oldest.lastUsed() < 0)) {
        oldest = slot;
      }
    }
    return oldest;
  }

  /** Whether nobody has, waits for, or since {@code moment} had a lease. */
  boolean isUnusedSince(long moment) {
    for (Slot<C> slot : table.slots()) {
      Phase phase = slot.phase();
      if (phase == Phase.LEASED || (phase == Phase.IDLE && slot.lastUsed() - moment > 0)) {
        return false;
      }
    }
    return line.isEmpty();
  }

  private void retireFree(Reason reason) {
    for (Slot<C> slot : table.slots()) {
      if (slot.isFree() && slot.tryTake()) {
        retireHeld(slot, slot.generation(), reason, null);
      }
    }
  }

  /**
   * Callers that wait for something to be opened; those with a wish are not counted upon to need a
   * connection of their own. Of a suspended pool none: it would open one after the other, since no
   * waiter goes when one is there.
   */
  @Override
  public int waiting() {
    return isSuspended() ? 0 : line.waiting();
  }

  /** All callers that wait. */
  int pending() {
    return line.waiting() + faithful.waiting();
  }

  @Override
  public void supply() {
    if (mode.get() != Mode.CLOSED) {
      checkStale();
      if (isOpen() || !line.isEmpty()) {
        opener.supply();
      }
    }
    if (attention.has(Attention.WISHES)) {
      faithful.look();
    }
    gate.look();
  }

  /**
   * Has idle connections checked that nobody may get unchecked, one for each waiter. Opens under
   * way are no reason to spare a check: it is sooner done, and they may hang.
   */
  private void checkStale() {
    if (line.isEmpty()) {
      return;
    }
    long now = clock.coarseNanos();
    for (Slot<C> slot : table.slots()) {
      if (line.waiting() <= table.checking()) {
        return;
      }
      if (slot.isWorthACheck() && validation.isDueBeforeUse(slot, now)) {
        validation.tryCheck(slot, now);
      }
    }
  }

  @Override
  public void suspect(long soundAt) {
    if (validation.freshness().hasCheck() && opener.endpoint().suspect(soundAt, clock.nanos())) {
      for (Slot<C> slot : table.slots()) {
        slot.doubtIfFree();
      }
      supply(); // first those whom a caller waits for, then the others
      validation.checkIdle();
    }
  }

  @Override
  public void nothingToWaitFor() {
    EndpointState seen = opener.endpoint().state();
    if (seen.outage() != null) { // otherwise an open has just succeeded
      line.failAll(() -> complaints.endpointDown(seen));
    }
  }

  /** Sets the bounds. */
  void resize(int min, int max) {
    table.resize(min, max);
    shrink();
    supply();
  }

  /** Closes free connections until there are no more than {@code max}. */
  private void shrink() {
    if (!table.isOver()) {
      attention.clear(Attention.OVER);
      return;
    }
    attention.set(Attention.OVER);
    for (Slot<C> slot : table.slots()) {
      if (!table.isOver()) {
        return;
      }
      if (slot.isFree() && slot.tryTake()) {
        retireHeld(slot, slot.generation(), Reason.SURPLUS, null);
      }
    }
  }

  /** Lends nothing until {@link #resume}; who asks meanwhile waits. */
  void suspend() {
    if (mode.compareAndSet(Mode.OPEN, Mode.SUSPENDED)) {
      for (Slot<C> slot : table.slots()) {
        holdIfSuspended(slot);
      }
    }
  }

  /** Takes {@link #suspend} back. */
  void resume() {
    if (mode.compareAndSet(Mode.SUSPENDED, Mode.OPEN)) {
      for (Slot<C> slot : table.slots()) {
        holdIfSuspended(slot);
      }
      rouseIfReady();
      supply();
    }
  }

  /** Again and again until the mode stays as it was: then the slot is as the last mode wants it. */
  private void holdIfSuspended(Slot<C> slot) {
    Mode acted = null;
    for (Mode seen = mode.get(); seen != acted; seen = mode.get()) {
      if (seen == Mode.SUSPENDED) {
        slot.hold();
      } else {
        slot.letGo();
      }
      acted = seen;
    }
  }

  /** Replaces every connection: the free ones now, the others when they are given back. */
  void evictAll() {
    table.nextEpoch();
    for (Slot<C> slot : table.slots()) {
      slot.condemn(Reason.OUTDATED);
      if (slot.evict()) {
        retirement.retire(slot, Reason.OUTDATED, null);
      }
    }
    supply();
  }

  /** Lends no more but to those who wait already, and closes what is free. */
  void drain() {
    if (mode.compareAndSet(Mode.OPEN, Mode.DRAINING)
        || mode.compareAndSet(Mode.SUSPENDED, Mode.DRAINING)) {
      attention.set(Attention.NOT_OPEN);
      table.keepNothing(); // nothing is opened any more but for those who wait
      for (Slot<C> slot : table.slots()) {
        slot.letGo();
      }
      serveAllWhoWait();
      retireFree(Reason.POOL_CLOSED);
      supply(); // nothing was opened for those who have waited since it was suspended
    }
  }

  private void serveAllWhoWait() {
    while (!line.isEmpty()) {
      Slot<C> slot = takeAny();
      if (slot == null) {
        return;
      }
      if (!serve(slot)) {
        slot.giveBack(slot.generation());
        return;
      }
    }
  }

  /** Ends everything; the second time does nothing. */
  void close() {
    if (mode.getAndSet(Mode.CLOSED) == Mode.CLOSED) {
      return;
    }
    attention.set(Attention.NOT_OPEN);
    maintenance.stop();
    table.close();
    opener.close();
    line.failAll(this::closedException);
    for (Slot<C> slot : table.slots()) {
      if (slot.seize()) {
        retirement.retire(slot, Reason.POOL_CLOSED, null);
      }
    }
    faithful.look(); // only now, as it must find nothing to lease
    gate.look();
  }

  /** To be called when a lease or a wait has ended: a drain may wait for it. */
  void lookAtGate() {
    if (attention.has(Attention.NOT_OPEN)) {
      gate.look();
    }
  }
}
