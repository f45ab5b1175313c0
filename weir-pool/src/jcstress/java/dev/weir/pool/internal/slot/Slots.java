package dev.weir.pool.internal.slot;

import dev.weir.pool.internal.slot.SlotWord.Returned;

/** Slots in the states in which the stress tests begin. */
public final class Slots {
  private Slots() {}

  /** Lent so many times, of at most {@code limit}. */
  public static Slot<Object> lent(int leases, int limit) {
    Slot<Object> slot = new Slot<>();
    slot.reserve();
    slot.fill(slot.generation(), new Object(), new Slot.Birth(1, 0, 1, 100, 100), limit);
    slot.letGo();
    for (int i = 1; i < leases; i++) {
      slot.tryLend();
    }
    return slot;
  }

  public static Slot<Object> free(int limit) {
    Slot<Object> slot = lent(1, limit);
    slot.giveBack(slot.generation());
    return slot;
  }

  /** 1 when the caller has to close the connection. */
  public static int closes(Returned returned) {
    return returned == Returned.CLOSING ? 1 : 0;
  }

  public static int one(boolean yes) {
    return yes ? 1 : 0;
  }
}
