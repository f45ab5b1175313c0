package dev.weir.pool.internal;

import dev.weir.pool.PoolClosedException;
import dev.weir.pool.PoolEvent.Reason;
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
import dev.weir.pool.internal.time.Clock;
import dev.weir.pool.internal.wait.Barging;
import dev.weir.pool.internal.wait.Dispatch;
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
 * Retirement#retireHeld}: a caller with a lease, the thread that opened or checked the connection,
 * or a thread between taking a slot and handing it on. Closing the pool is the exception: it seizes
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
  private final Affinity<C> affinity = new Affinity<>();
  private final Gate gate = new Gate();
  private final Opener<C> opener;
  private final Retirement<C> retirement;
  private final Validation<C> validation;
  private final Maintenance<C> maintenance;
  private final Complaints<C> complaints;
  private final Attention attention = new Attention();
  private final Wishes<C> wishes;
  private final Stock<C> stock;
  private final Surplus<C> surplus;
  private final AtomicReference<Mode> mode = new AtomicReference<>(Mode.OPEN);

  Traffic(Parts<C> parts) {
    this.parts = parts;
    clock = parts.clock();
    table = parts.table();
    line = new WaitLine<>(new Barging(parts.options().fairness(), table::occupied, clock));
    wishes = new Wishes<>(clock, attention);
    Freshness freshness = new Freshness(parts.factory(), parts.options());
    opener = new Opener<>(parts, this, freshness);
    retirement = new Retirement<>(parts, this, opener);
    validation = new Validation<>(parts, this, retirement, freshness);
    maintenance = new Maintenance<>(parts, this, validation, retirement, affinity);
    complaints = new Complaints<>(parts.name(), table, line, clock, opener::lastFailure);
    stock = new Stock<>(parts, validation, retirement);
    surplus = new Surplus<>(parts, line, attention, retirement);
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

  Wishes<C> wishes() {
    return wishes;
  }

  Stock<C> stock() {
    return stock;
  }

  Surplus<C> surplus() {
    return surplus;
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

  /** Has somebody wait for one particular slot. */
  void wish(Wish<C> wish) {
    wishes.join(wish);
    fulfil(wish.slot());
  }

  private void fulfil(Slot<C> slot) {
    if (wishes.triedInVain(slot)) {
      rouseIfReady();
    }
  }

  private void rouseIfReady() {
    if (!line.isEmpty() && stock.hasReady()) {
      rouse();
    }
  }

  /** A slot may be free: has the head of the line look for it. */
  private void rouse() {
    while (line.signal() == Signal.CANNOT_LOOK) {
      Slot<C> slot = stock.takeAny();
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
      retirement.retire(slot);
    } else if (returned != Returned.STALE) {
      freed(slot);
    }
  }

  @Override
  public void giveUp(Slot<C> slot, Reason reason) {
    retirement.retireHeld(slot, slot.generation(), reason, null);
  }

  /** Gives a slot back that the caller holds: to whoever is next, or to be free. */
  Returned putBack(Slot<C> slot, int generation) {
    int mine = generation;
    if (!wishes.isEmpty() && !line.isDue() && slot.passOn(mine)) {
      if (wishes.serve(slot)) {
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
      retirement.retire(slot);
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
    if (!wishes.isEmpty()) {
      fulfil(slot);
    }
    surplus.freed();
    if (mode.get().compareTo(Mode.DRAINING) >= 0) {
      retirement.retireFree(Reason.POOL_CLOSED);
    }
    lookAtGate();
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

  /**
   * Callers that wait; those with a wish are not counted upon to need a connection of their own.
   */
  @Override
  public int waiting() {
    return line.waiting();
  }

  /** All callers that wait. */
  int pending() {
    return line.waiting() + wishes.waiting();
  }

  @Override
  public void supply() {
    if (mode.get() != Mode.CLOSED) {
      checkStale();
      if (isOpen() || !line.isEmpty()) {
        opener.supply();
      }
    }
    if (!wishes.isEmpty()) {
      wishes.look();
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
    surplus.shrink();
    supply();
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
      retirement.retireFree(Reason.POOL_CLOSED);
    }
  }

  private void serveAllWhoWait() {
    while (!line.isEmpty()) {
      Slot<C> slot = stock.takeAny();
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
    wishes.look(); // only now, as it must find nothing to lease
    gate.look();
  }

  /** To be called when a lease or a wait has ended: a drain may wait for it. */
  void lookAtGate() {
    if (attention.has(Attention.NOT_OPEN)) {
      gate.look();
    }
  }
}
