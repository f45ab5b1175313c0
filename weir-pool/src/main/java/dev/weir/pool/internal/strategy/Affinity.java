package dev.weir.pool.internal.strategy;

import dev.weir.pool.internal.slot.Slot;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which connection a key used last. A memory, not a claim: the connection may be leased to others,
 * and when it is gone the key is simply unknown. Keys that went quiet are forgotten, and no more
 * than {@link #MOST_KEYS} are remembered.
 */
public final class Affinity<C> {
  private static final int MOST_KEYS = 100_000;

  private final ConcurrentHashMap<Object, Bond<C>> bonds = new ConcurrentHashMap<>();

  private static final class Bond<C> {
    private final Slot<C> slot;
    private final long connection;
    private volatile long lastUsed;

    Bond(Slot<C> slot, long now) {
      this.slot = slot;
      connection = slot.id();
      lastUsed = now;
    }

    /** Whether the slot still has the connection; sure only for whoever holds the slot. */
    boolean holds() {
      return slot.id() == connection && slot.peek() != null;
    }
  }

  /** The slot of the key's connection, as far as one can tell. */
  public @Nullable Slot<C> slotOf(Object key) {
    Bond<C> bond = bonds.get(key);
    return bond != null && bond.holds() ? bond.slot : null;
  }

  /** The slot of the key's connection, lent to the caller; null when that is not possible now. */
  public @Nullable Slot<C> take(Object key, long now) {
    Bond<C> bond = bonds.get(key);
    if (bond == null || !bond.slot.isReadyAt(now) || !bond.slot.tryLend()) {
      return null;
    }
    if (bond.holds()) {
      return bond.slot;
    }
    // Another connection has come into the slot. It is as good as any, and now it is this key's.
    bonds.remove(key, bond);
    return bond.slot;
  }

  /** The key uses the connection of this slot, which the caller holds. */
  public void remember(Object key, Slot<C> slot, long now) {
    Bond<C> known = bonds.get(key);
    if (known != null && known.slot == slot && known.holds()) {
      known.lastUsed = now;
    } else if (known != null || bonds.size() < MOST_KEYS) {
      bonds.put(key, new Bond<>(slot, now));
    }
  }

  /** Forgets the keys that were not used since then. */
  public void forget(long since) {
    bonds.values().removeIf(bond -> bond.lastUsed - since <= 0 || !bond.holds());
  }

  /** How many keys are remembered. */
  public int size() {
    return bonds.size();
  }
}
