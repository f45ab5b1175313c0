package dev.weir.pool.internal.maintenance;

import dev.weir.pool.internal.slot.Slot;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;

/**
 * What the pool knows of one watched lease. It refers to the lease weakly, and to nothing that
 * leads to the lease: not to the thread that took it, nor does the slot. So who forgets a lease
 * makes it unreachable, unless the connection itself refers to it. The essay is in {@link
 * LeakWatch}.
 */
public final class Ticket<C> extends WeakReference<Object> {
  /** The lease has ended; who sets it has the slot to give back. */
  private static final int OVER = 1;

  /** Reported as a leak, or about to be; who sets it reports. */
  private static final int SUSPECT = 1 << 1;

  /** The report was made. Of this and {@link #BACK}, who sets the second tells that it is back. */
  private static final int TOLD = 1 << 2;

  /** The holder has ended the lease, or tried to. */
  private static final int BACK = 1 << 3;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Ticket.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Slot<C> slot;
  private final int generation;
  private final long connection;
  private final long since;
  private final Origin origin;
  private volatile int state;

  /** For a slot that is lent to the caller. */
  Ticket(Object lease, Slot<C> slot, long since, Origin origin) {
    super(lease);
    this.slot = slot;
    this.since = since;
    this.origin = origin;
    generation = slot.generation();
    connection = slot.id();
  }

  public Slot<C> slot() {
    return slot;
  }

  public int generation() {
    return generation;
  }

  /** The id of the connection. */
  public long connection() {
    return connection;
  }

  /** When the lease began. */
  public long since() {
    return since;
  }

  /** Who took it. */
  Origin origin() {
    return origin;
  }

  /** Whether the lease has ended, whoever ended it. */
  public boolean isOver() {
    return (state & OVER) != 0;
  }

  /** Whether it was or is being reported. */
  boolean isSuspect() {
    return (state & SUSPECT) != 0;
  }

  /** Whether nobody can end the lease any more, and nobody has. */
  boolean isLost() {
    return refersTo(null) && !isOver();
  }

  /** Held → suspect. False: it has ended, or is suspect already. */
  boolean suspect() {
    return STATE.compareAndSet(this, 0, SUSPECT);
  }

  /** Held → suspect and over. False: it has ended, or is suspect already. */
  boolean reclaim() {
    return STATE.compareAndSet(this, 0, SUSPECT | OVER);
  }

  /** What {@link #lose} found. */
  enum Loss {
    /** It had ended. */
    NONE,
    /** It had not, but was reported already. */
    REPORTED,
    /** It had not, and is to be reported. */
    NEW
  }

  /** Held or suspect → suspect and over. */
  Loss lose() {
    for (int seen = state; (seen & OVER) == 0; seen = state) {
      if (STATE.compareAndSet(this, seen, seen | SUSPECT | OVER)) {
        return (seen & SUSPECT) == 0 ? Loss.NEW : Loss.REPORTED;
      }
    }
    return Loss.NONE;
  }

  /** The report was made. True: the lease came back meanwhile, and the caller has to tell that. */
  boolean told() {
    return ((int) STATE.getAndBitwiseOr(this, TOLD) & BACK) != 0;
  }

  /** What {@link #comeBack} found. */
  record Return(boolean isFirst, boolean isToBeTold) {}

  /**
   * The holder ends the lease. First: it had not ended before, and the caller has to give the slot
   * back. To be told: it had been reported, and this is the first that is heard of it since.
   */
  Return comeBack() {
    int before = (int) STATE.getAndBitwiseOr(this, OVER | BACK);
    return new Return((before & OVER) == 0, (before & (TOLD | BACK)) == TOLD);
  }
}
