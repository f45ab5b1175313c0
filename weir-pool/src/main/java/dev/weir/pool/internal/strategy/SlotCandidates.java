package dev.weir.pool.internal.strategy;

import dev.weir.pool.Candidates;
import dev.weir.pool.internal.slot.Slot;
import java.time.Duration;

/** The slots as a strategy sees them. */
final class SlotCandidates<C> implements Candidates {
  private final Slot<C>[] slots;
  private final long now;

  SlotCandidates(Slot<C>[] slots, long now) {
    this.slots = slots;
    this.now = now;
  }

  @Override
  public int size() {
    return slots.length;
  }

  @Override
  public boolean isReady(int index) {
    Slot<C> slot = slots[index];
    return slot.isLendable() && slot.isReadyAt(now);
  }

  @Override
  public int leases(int index) {
    return slots[index].leases();
  }

  @Override
  public int limit(int index) {
    return slots[index].limit();
  }

  @Override
  public long lastUsed(int index) {
    return slots[index].lastUsed();
  }

  @Override
  public Duration age(int index) {
    return Duration.ofNanos(Math.max(0, now - slots[index].openedAt()));
  }

  @Override
  public long uses(int index) {
    return slots[index].uses();
  }

  @Override
  public long failures(int index) {
    return slots[index].failures();
  }
}
