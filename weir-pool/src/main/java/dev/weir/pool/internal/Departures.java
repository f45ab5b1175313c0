package dev.weir.pool.internal;

import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.internal.maintenance.Retirement;
import dev.weir.pool.internal.maintenance.Ticket;
import dev.weir.pool.internal.maintenance.Validation;
import dev.weir.pool.internal.open.Freshness;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotWord.Returned;
import org.jspecify.annotations.Nullable;

/**
 * The end of a lease when there is more to it than giving the slot back: something to be done to
 * the connection or found out about it, somebody who waits, several leases on one connection.
 */
final class Departures<C> {
  private final Parts<C> parts;
  private final Traffic<C> traffic;
  private final Surplus<C> surplus;
  private final Supply<C> supply;
  private final Retirement<C> retirement;
  private final Validation<C> validation;
  private final Complaints<C> complaints;
  private final Freshness freshness;

  Departures(Parts<C> parts, Mechanisms<C> mechanisms) {
    this.parts = parts;
    traffic = mechanisms.traffic();
    surplus = mechanisms.surplus();
    supply = mechanisms.supply();
    retirement = mechanisms.retirement();
    validation = mechanisms.validation();
    complaints = mechanisms.complaints();
    freshness = mechanisms.freshness();
  }

  /** Gives back what a lease held, which the caller has ended, or found not ended before. */
  void giveBack(SlotLease<C> lease) {
    Slot<C> slot = lease.slot();
    int generation = lease.generation();
    long now = parts.clock().coarseNanos();
    if (!slot.isLent(generation)) {
      traffic.lookAtGate();
      return; // the pool was closed under its holder's hands, or another thread was faster
    }
    long id = slot.id();
    Throwable failure = freshness.resets() ? reset(lease.held()) : null;
    Reason reason = failure != null ? Reason.RESET_FAILED : validation.unfit(slot, now);
    if (reason == null && surplus.claims(slot, generation)) {
      reason = Reason.SURPLUS;
    }
    long soundAt = slot.lastSound();
    if (!lease.hasFailed() && failure == null) {
      slot.worked();
    }
    note(slot, now);
    ended(lease.since(), id, now); // told before anybody can be told of the next lease
    if (reason != null) {
      retirement.retireHeld(slot, generation, reason, failure);
    } else {
      traffic.putBack(slot, generation);
    }
    if (failure != null) {
      supply.suspect(soundAt);
    }
    traffic.lookAtGate();
  }

  private void note(Slot<C> slot, long now) {
    long readyUntil = freshness.readyUntil(slot.retiresAt(), now);
    slot.returned(now, readyUntil);
  }

  /** The breaker of one connection: counts its failures, and takes it out if there are too many. */
  void failed(SlotLease<C> lease, Throwable cause) {
    Slot<C> slot = lease.slot();
    if (!slot.isLent(lease.generation())) {
      return;
    }
    if (freshness.hasCheck()) {
      slot.doubt();
    }
    supply.suspect(slot.lastSound());
    if (slot.failed() == parts.options().maxFailures()) {
      slot.condemn(Reason.BROKEN);
      slot.retireWhenGivenBack(lease.generation());
      parts.events().breakerOpened(slot.id(), cause);
    }
  }

  /** Ends the connection together with the lease. */
  void discard(SlotLease<C> lease, @Nullable Throwable cause) {
    Slot<C> slot = lease.slot();
    long soundAt = slot.lastSound();
    if (slot.isLent(lease.generation())) {
      int unused = slot.failed();
    }
    discard(slot, lease.generation(), lease.since(), Reason.INVALIDATED, cause);
    if (cause != null) {
      supply.suspect(soundAt);
    }
  }

  /** The same for a lease that was ended in the place of its holder. */
  void recover(Ticket<C> ticket, Reason reason) {
    discard(ticket.slot(), ticket.generation(), ticket.since(), reason, null);
  }

  private void discard(
      Slot<C> slot, int generation, long since, Reason reason, @Nullable Throwable cause) {
    long id = slot.id();
    long now = parts.clock().coarseNanos();
    if (slot.isLent(generation)) {
      note(slot, now);
      ended(since, id, now);
      retirement.retireHeld(slot, generation, reason, cause);
    }
    traffic.lookAtGate();
  }

  /** Ends the lease and takes the connection out of the pool. */
  C detach(SlotLease<C> lease) {
    Slot<C> slot = lease.slot();
    long id = slot.id();
    long now = parts.clock().coarseNanos();
    note(slot, now);
    slot.condemn(Reason.DETACHED);
    slot.retireWhenGivenBack(lease.generation());
    if (slot.giveBack(lease.generation()) != Returned.CLOSING) {
      throw complaints.closed(); // which closes the connection too
    }
    C connection = retirement.release(slot);
    ended(lease.since(), id, now);
    traffic.lookAtGate();
    return connection;
  }

  private void ended(long since, long connection, long now) {
    long held = Math.max(0, now - since);
    parts.counters().released(held);
    parts.events().released(connection, held);
  }

  private @Nullable Throwable reset(C connection) {
    try {
      parts.factory().reset(connection);
      return null;
    } catch (Throwable e) {
      return e;
    }
  }
}
