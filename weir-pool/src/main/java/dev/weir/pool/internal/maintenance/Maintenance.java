package dev.weir.pool.internal.maintenance;

import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.strategy.Affinity;
import dev.weir.pool.internal.time.Alarm;
import dev.weir.pool.internal.time.Deadline;
import dev.weir.pool.internal.wait.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * The regular pass over the idle connections: those that are old, unusable or idle for too long go,
 * those that were idle for a while are checked, and the pool is filled up to {@code min} again. One
 * pass at a time, on a worker.
 */
public final class Maintenance<C> {
  private final Parts<C> parts;
  private final SlotTable<C> table;
  private final Dispatch<C> dispatch;
  private final Validation<C> validation;
  private final Retirement<C> retirement;
  private final Affinity<C> affinity;
  private final long idleTimeout;
  private final @Nullable Demand<C> demand;
  private volatile Alarm.@Nullable Call nextPass;
  private volatile boolean stopped;

  public Maintenance(
      Parts<C> parts,
      Dispatch<C> dispatch,
      Validation<C> validation,
      Retirement<C> retirement,
      Affinity<C> affinity) {
    this.parts = parts;
    this.dispatch = dispatch;
    this.validation = validation;
    this.retirement = retirement;
    this.affinity = affinity;
    table = parts.table();
    demand = parts.options().adaptive() ? new Demand<>(parts, dispatch) : null;
    // An adaptive pool has watched for some windows before it lets go: no need to wait longer.
    idleTimeout =
        Deadline.nanos(
            demand == null ? parts.options().idleTimeout() : parts.options().evictionInterval());
  }

  /** Begins the regular passes. */
  public void start() {
    if (demand != null) {
      demand.start();
    }
    goOn();
  }

  private void goOn() {
    long next = Deadline.after(parts.clock().nanos(), parts.options().evictionInterval());
    Alarm.Call call = parts.alarm().at(next, () -> parts.workers().submit(this::passAndGoOn));
    nextPass = call;
    if (stopped) {
      call.cancel();
    }
  }

  /** Ends them. */
  public void stop() {
    stopped = true;
    if (demand != null) {
      demand.stop();
    }
    Alarm.Call call = nextPass;
    if (call != null) {
      call.cancel();
    }
  }

  private void passAndGoOn() {
    if (stopped) {
      return;
    }
    try {
      pass();
    } finally {
      goOn();
    }
  }

  private void pass() {
    long now = parts.clock().nanos();
    if (demand != null) {
      demand.windowEnds();
    }
    for (Slot<C> slot : table.slots()) {
      if (slot.isFree()) {
        slot.forgetHolder();
      }
      if (slot.isFree() && (validation.tellsUsable() || reasonToGo(slot, now) != null)) {
        visit(slot, now);
      }
    }
    affinity.forget(now - Deadline.nanos(parts.options().affinityTimeout()));
    table.compact();
    if (!stopped) {
      validation.checkIdle();
    }
    dispatch.supply();
  }

  /** Takes a free slot aside, as for a check, so that nobody leases it while it is judged. */
  private void visit(Slot<C> slot, long now) {
    table.checkStarted();
    boolean doubted = slot.isDoubted();
    if (slot.startCheck()) {
      int generation = slot.generation();
      if (doubted) {
        slot.doubt(); // this is no check that could end the doubt
      }
      Reason reason = reasonToGo(slot, now);
      if (reason == null && validation.isUnusable(slot)) {
        reason = Reason.UNUSABLE;
      }
      if (reason == null) {
        endVisit(slot, generation);
      } else if (slot.failCheck(generation)) {
        retirement.retire(slot, reason, null);
      }
    }
    table.checkEnded();
  }

  private void endVisit(Slot<C> slot, int generation) {
    if (slot.endCheck(generation)) {
      dispatch.putAside(slot);
    } else if (slot.failCheck(generation)) {
      retirement.retire(slot);
    }
  }

  private @Nullable Reason reasonToGo(Slot<C> slot, long now) {
    if (slot.isOld(now)) {
      return Reason.LIFETIME;
    }
    boolean idleTooLong = idleTimeout > 0 && now - slot.lastUsed() >= idleTimeout;
    // Counted with those that this pass is closing, which still have their place, so look at what
    // stays.
    return idleTooLong && table.staying() > table.floor() ? Reason.IDLE : null;
  }
}
