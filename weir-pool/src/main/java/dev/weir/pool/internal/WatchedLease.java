package dev.weir.pool.internal;

import dev.weir.pool.internal.maintenance.LeakWatch;
import dev.weir.pool.internal.maintenance.Origin;
import dev.weir.pool.internal.maintenance.Ticket;
import dev.weir.pool.internal.slot.Slot;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * A lease of a pool that looks for leaks. That it ends once is for its {@link Ticket} to decide,
 * since the {@link LeakWatch} may end it too.
 */
final class WatchedLease<C> extends SlotLease<C> {
  private final LeakWatch<C> watch;

  /** Of the last lease; null before the first. */
  private @Nullable Ticket<C> ticket;

  /** Not a lease yet. */
  WatchedLease(SlotPool<C> pool, LeakWatch<C> watch) {
    super(pool);
    this.watch = watch;
  }

  /** For a slot that is lent to the caller. */
  WatchedLease(SlotPool<C> pool, Slot<C> slot, long now, LeakWatch<C> watch, Origin origin) {
    super(pool, slot, now);
    this.watch = watch;
    slot.forgetHolder();
    ticket = watch.watch(this, slot, now, origin);
  }

  @Override
  void begin(Slot<C> lent, long now) {
    Origin origin = new Origin();
    lent.forgetHolder();
    super.begin(lent, now);
    ticket = watch.watch(this, lent, now, origin);
  }

  @Override
  public C connection() {
    if (isEnded()) {
      throw hasEnded();
    }
    return super.connection();
  }

  @Override
  boolean end() {
    Ticket<C> mine = ticket;
    boolean isFirst = mine != null && watch.end(mine);
    tellEnded();
    // Until here this lease must not be taken for a lost one.
    Reference.reachabilityFence(this);
    return isFirst;
  }

  @Override
  boolean isEnded() {
    Ticket<C> mine = ticket;
    return mine == null || mine.isOver();
  }
}
