package dev.weir.pool.internal.wait;

import dev.weir.pool.PoolException;
import dev.weir.pool.internal.slot.Slot;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A caller in the {@link WaitLine}. See there for the states. */
public abstract class Waiter<C> {
  private static final Object GONE = new Object();

  private static final VarHandle OUTCOME;
  private static final VarHandle SIGNALLED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      OUTCOME = lookup.findVarHandle(Waiter.class, "outcome", Object.class);
      SIGNALLED = lookup.findVarHandle(Waiter.class, "signalled", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Thread caller;
  private final long since;

  /** Null while waiting; then a slot, a supplier of the exception to throw, or {@link #GONE}. */
  private volatile @Nullable Object outcome;

  /** A slot was freed and this waiter has not looked since. */
  private volatile boolean signalled;

  /** This waiter looks again by itself, and soon: no signal is needed. */
  private volatile boolean cooling;

  /** When it was served; written before the outcome, read after it. */
  private long servedAt;

  Waiter(Thread caller, long since) {
    this.caller = caller;
    this.since = since;
  }

  /** The thread that asked for the lease. */
  public final Thread caller() {
    return caller;
  }

  /** When it asked. */
  public final long since() {
    return since;
  }

  /** Whether it has a thread of its own with which it can look for a slot when it is signalled. */
  public abstract boolean canLook();

  /**
   * Called by whoever served, failed or signalled this waiter. Must neither block nor run code of
   * the user.
   */
  abstract void wake();

  final boolean serve(Slot<C> slot, long now) {
    servedAt = now;
    return OUTCOME.compareAndSet(this, null, slot);
  }

  final boolean fail(Supplier<? extends PoolException> failure) {
    return OUTCOME.compareAndSet(this, null, failure);
  }

  final boolean leave() {
    return OUTCOME.compareAndSet(this, null, GONE);
  }

  /** Has it look for a free slot. False: it waits no more, and somebody else has to look. */
  final boolean signal() {
    if (!cooling && !signalled && SIGNALLED.compareAndSet(this, false, true)) {
      wake();
    }
    return isWaiting();
  }

  /** Whether it owes a look: it has not answered a signal, or does without one for a while. */
  final boolean isSignalled() {
    return signalled || cooling;
  }

  /**
   * Before it looks: what is freed from now on needs a new signal. True: there was one to answer.
   */
  public final boolean answerSignal() {
    cooling = false;
    boolean told = signalled;
    if (told) {
      signalled = false;
    }
    return told;
  }

  final void cool() {
    cooling = true;
  }

  /** Whether it is neither served, failed nor gone. */
  public final boolean isWaiting() {
    return outcome == null;
  }

  /** When it was served; only after it was. */
  final long servedAt() {
    return servedAt;
  }

  /**
   * The slot, lent to this waiter. Throws the exception instead if the waiter was failed; null
   * while it waits or when it has gone.
   */
  @SuppressWarnings("unchecked") // only serve and fail put anything there
  public final @Nullable Slot<C> slot() {
    Object seen = outcome;
    if (seen instanceof Supplier<?> failure) {
      throw ((Supplier<? extends PoolException>) failure).get();
    }
    return seen instanceof Slot<?> slot ? (Slot<C>) slot : null;
  }
}
