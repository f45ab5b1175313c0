package dev.weir.pool.internal;

import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.PoolException;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.internal.maintenance.LeakWatch;
import dev.weir.pool.internal.maintenance.Maintenance;
import dev.weir.pool.internal.maintenance.Retirement;
import dev.weir.pool.internal.open.Opener;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.time.Clock;
import dev.weir.pool.internal.time.Deadline;
import dev.weir.pool.internal.wait.Gate;
import dev.weir.pool.internal.wait.WaitLine;
import org.jspecify.annotations.Nullable;

/**
 * What is done to the pool as a whole, from its start to its end.
 *
 * <p><b>Two steps.</b> A control first writes what holds from now on (mode, bounds, epoch, limit),
 * then looks at all slots. Free ones it closes, holds or lets go itself. Lent ones carry a flag, or
 * are asked about when they come back, and those being opened when they arrive: by {@link Traffic},
 * {@link Surplus} and {@link Opener}, which read what was written after they have written their
 * slot. So one of the two sees the other, and no slot is left behind. At last, those who wait are
 * told where there may be something for them.
 *
 * <p><b>The end.</b> {@link #drain} leaves the slots to their holders. {@link #close} seizes every
 * slot, whoever holds it, and owns the closing of its connection: what the holder does with the
 * slot afterwards fails. It does so last, when nothing is opened and nobody is in the line any
 * more.
 *
 * <p><b>Who may.</b> Any thread, at any time; of those who change the mode one succeeds.
 */
final class Controls<C> {
  private final Parts<C> parts;
  private final Clock clock;
  private final SlotTable<C> table;
  private final PoolMode mode;
  private final WaitLine<C> line;
  private final Wishes<C> wishes;
  private final Opener<C> opener;
  private final Retirement<C> retirement;
  private final Surplus<C> surplus;
  private final Supply<C> supply;
  private final Traffic<C> traffic;
  private final Complaints<C> complaints;
  private final Gate gate;
  private final Maintenance<C> maintenance;
  private final @Nullable LeakWatch<C> watch;

  /**
   * @param watch null unless leases are watched
   */
  Controls(Parts<C> parts, Mechanisms<C> mechanisms, @Nullable LeakWatch<C> watch) {
    this.parts = parts;
    clock = parts.clock();
    table = parts.table();
    mode = mechanisms.mode();
    line = mechanisms.line();
    wishes = mechanisms.wishes();
    opener = mechanisms.opener();
    retirement = mechanisms.retirement();
    surplus = mechanisms.surplus();
    supply = mechanisms.supply();
    traffic = mechanisms.traffic();
    complaints = mechanisms.complaints();
    gate = mechanisms.gate();
    maintenance =
        new Maintenance<>(
            parts,
            mechanisms.dispatch(),
            mechanisms.validation(),
            retirement,
            mechanisms.affinity());
    this.watch = watch;
  }

  /** Begins to open {@code min} connections. */
  void start() {
    maintenance.start();
    supply.look();
    if (watch != null) {
      watch.start();
    }
  }

  /** See {@link SlotPool#awaitMin}. */
  void awaitMin() {
    long never = Deadline.after(clock.nanos(), Deadline.LONGEST);
    try {
      gate.await(() -> isFilled() || opener.endpoint().hasGivenUp(), clock, never);
      if (isFilled()) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    PoolException failure = complaints.endpointDown(opener.endpoint().state());
    close();
    throw failure;
  }

  private boolean isFilled() {
    return table.occupied() - table.opening() >= table.min();
  }

  /** See {@link dev.weir.pool.Pool#limitLeases}. */
  boolean limitLeases(C connection, int limit) {
    int most = parts.options().maxLeasesPerConnection();
    if (limit < 0 || limit > most) {
      throw new InvalidOptionException(
          "maxLeases", limit, "0 to max-leases-per-connection, which is " + most);
    }
    for (Slot<C> slot : table.slots()) {
      if (slot.peek() == connection && slot.limitTo(limit)) {
        traffic.rouseIfReady();
        supply.look(); // it may have to be checked first
        return true;
      }
    }
    return false;
  }

  /** Sets the bounds. */
  void resize(int min, int max) {
    PoolOptions checked = parts.options().withSize(min, max);
    table.resize(checked.min(), checked.max());
    surplus.shrink();
    supply.look();
  }

  /** Lends nothing until {@link #resume}; who asks meanwhile waits. */
  void suspend() {
    mode.suspend(table);
  }

  /** Takes {@link #suspend} back. */
  void resume() {
    if (mode.resume(table)) {
      traffic.rouseIfReady();
      supply.look();
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
    supply.look();
  }

  /** Lends no more but to those who wait already, and closes what is free. */
  void drain() {
    if (mode.drain(table)) {
      table.keepNothing(); // nothing is opened any more but for those who wait
      traffic.serveAllWhoWait();
      retirement.retireFree(Reason.POOL_CLOSED);
      supply.look(); // nothing was opened for those who have waited since it was suspended
    }
  }

  /** Ends everything; the second time does nothing. */
  void close() {
    if (mode.close()) {
      maintenance.stop();
      table.close();
      opener.close();
      line.failAll(complaints::closed);
      for (Slot<C> slot : table.slots()) {
        if (slot.seize()) {
          retirement.retire(slot, Reason.POOL_CLOSED, null);
        }
      }
      wishes.look(); // only now, as it must find nothing to lease
      gate.look();
    }
    if (watch != null) {
      watch.stop();
    }
  }
}
