package dev.weir.pool.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Why the end of a lease needs more than giving the slot back: one word, so that the usual release
 * pays for one look at it.
 *
 * <p>Whoever sets a bit looks at all slots afterwards; whoever frees a slot looks at the word
 * afterwards. Both are volatile, so one of the two sees the other.
 */
final class Attention {
  /** The pool is being drained, or closed. (A suspended one holds its slots.) */
  static final int NOT_OPEN = 1;

  /** There may be more connections than {@code max}. */
  static final int OVER = 2;

  /** Callers were told that every place is leased. */
  static final int EXHAUSTED = 4;

  /** The places are shared with other pools, which may need them. */
  static final int SHARED = 8;

  /** Somebody waits for one particular connection. */
  static final int WISHES = 16;

  private static final VarHandle BITS;

  static {
    try {
      BITS = MethodHandles.lookup().findVarHandle(Attention.class, "bits", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile int bits;

  boolean isNeeded() {
    return bits != 0;
  }

  boolean has(int bit) {
    return (bits & bit) != 0;
  }

  /** True for the caller that set it. */
  boolean set(int bit) {
    return ((int) BITS.getAndBitwiseOr(this, bit) & bit) == 0;
  }

  void clear(int bit) {
    if (has(bit)) {
      BITS.getAndBitwiseAnd(this, ~bit);
    }
  }
}
