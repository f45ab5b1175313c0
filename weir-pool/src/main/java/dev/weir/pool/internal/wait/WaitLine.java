package dev.weir.pool.internal.wait;

import dev.weir.pool.PoolException;
import dev.weir.pool.internal.slot.Slot;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The line of callers that wait for a lease, first come first served.
 *
 * <p><b>States</b> of a waiter: WAITING → SERVED (a slot, lent to it), → FAILED (an exception), or
 * → GONE (deadline, interrupt, cancelled, or it took a slot itself). One compare-and-set decides.
 * The loser undoes: who finds GONE keeps the slot and offers it to the next; who wanted to go and
 * finds SERVED takes the lease, and gives back what it took itself. So no lease is lost and no
 * waiter is served twice.
 *
 * <p><b>Two ways to be served.</b> Handed over: {@link #serve}. Or signalled: the head looks for a
 * free slot with its own thread, in competition with newcomers; {@link Barging} says which, and
 * bounds the competition. Only the head is signalled. A signal stands until the head answers it by
 * looking, so a hundred releases wake it once.
 *
 * <p><b>Who writes.</b> The waiter, and whoever frees capacity. No lock is held while either runs.
 * The winner of the compare-and-set, and nobody else, takes the waiter off the count.
 *
 * <p><b>The fences.</b> No waiter may sleep beside a free slot. Three hand-shakes see to it, each
 * of the form "both write, then both read", which needs volatile accesses on both sides, since they
 * have one total order:
 *
 * <ol>
 *   <li>A release frees its slot, then looks at the count; a waiter joins (count, then queue), then
 *       looks for a slot. A release that sees the count but no waiter in the queue may leave: the
 *       waiter has its look still before it.
 *   <li>A release frees its slot, then signals, which does nothing if a signal stands; the head
 *       answers the signal, then looks for a slot.
 *   <li>Whoever signals looks afterwards whether the waiter still waits; a waiter that goes looks
 *       afterwards whether it is signalled, and passes the signal on. Whoever serves a waiter does
 *       the same for it, unless the waiter has just answered: then it finds that it is no longer
 *       the head, and passes the signal on itself. So a waiter stays in the queue until it is
 *       decided what becomes of it. A head that looks again by itself counts as signalled all the
 *       time.
 * </ol>
 *
 * <p>The stress tests of this class show each of them, and what happens when the order is turned
 * round.
 *
 * <p><b>Deadlines.</b> A waiter keeps one absolute deadline from the moment it asked; nothing that
 * happens to it meanwhile extends it.
 *
 * <p><b>Leaving</b> from the middle leaves a dead node behind, which whoever comes by removes. When
 * there are more dead than living, the one who leaves removes them all: leaving costs the same
 * however long the line is.
 */
public final class WaitLine<C> {
  private static final int DEAD_ALLOWED = 32;

  private static final VarHandle WAITING;

  static {
    try {
      WAITING = MethodHandles.lookup().findVarHandle(WaitLine.class, "waiting", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final ConcurrentLinkedQueue<Waiter<C>> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger dead = new AtomicInteger();
  private final Barging barging;
  private volatile int waiting;

  public WaitLine(Barging barging) {
    this.barging = barging;
  }

  /** Callers that wait. */
  public int waiting() {
    return waiting;
  }

  /** Whether nobody waits. */
  public boolean isEmpty() {
    return waiting == 0;
  }

  /** Who waits, first comes first. */
  public List<Waiter<C>> waiters() {
    List<Waiter<C>> all = new ArrayList<>();
    for (Waiter<C> waiter : queue) {
      if (waiter.isWaiting()) {
        all.add(waiter);
      }
    }
    return all;
  }

  /** Puts the waiter at the end. False: {@code limit} callers wait already. */
  public boolean join(Waiter<C> waiter, int limit) {
    for (int seen = waiting; seen < limit; seen = waiting) {
      if (WAITING.compareAndSet(this, seen, seen + 1)) {
        queue.add(waiter);
        return true;
      }
    }
    return false;
  }

  /** Whether it is this waiter's turn to look for a free slot. */
  public boolean isHead(Waiter<C> waiter) {
    return head() == waiter;
  }

  /** Whether a slot that comes free now is to be handed to the head rather than freed. */
  public boolean isDue() {
    Waiter<C> head = head();
    return head != null && (!head.canLook() || barging.isDue(head.since()));
  }

  private @Nullable Waiter<C> head() {
    for (Waiter<C> head = queue.peek(); head != null; head = queue.peek()) {
      if (head.isWaiting()) {
        return head;
      }
      queue.remove(head);
    }
    return null;
  }

  /**
   * Gives up waiting. False: it was served or failed already, and has to take that. After true,
   * whoever {@linkplain #hasSignal has a signal} has to {@link #signal} the next.
   */
  public boolean leave(Waiter<C> waiter) {
    if (!waiter.leave()) {
      return false;
    }
    WAITING.getAndAdd(this, -1);
    if (queue.peek() == waiter) {
      queue.remove(waiter);
    } else if (dead.incrementAndGet() > DEAD_ALLOWED + waiting) {
      dead.set(0);
      queue.removeIf(w -> !w.isWaiting());
    }
    return true;
  }

  /** Whether this waiter, which waits no more, leaves a signal behind that it has not answered. */
  public boolean hasSignal(Waiter<C> waiter) {
    return waiter.isSignalled();
  }

  /** The head has taken a slot itself, and left. */
  public void moved(long now) {
    barging.moved(now);
  }

  /**
   * The head was told of a free slot and found none: see {@link Barging}. Until when it need not be
   * told again; it has to look then by itself.
   */
  public long cool(Waiter<C> head) {
    head.cool();
    return barging.coolUntil();
  }

  /** This waiter runs now, with what it was handed. */
  public void handedOver(Waiter<C> waiter, long now) {
    barging.handedOver(now - waiter.servedAt());
  }

  /** What became of a signal. */
  public enum Signal {
    /** Nobody waits. */
    NOBODY,
    /** The head will look. */
    TAKEN,
    /** The head cannot look for itself: find it a slot and {@link #serve} it. */
    CANNOT_LOOK
  }

  /** Tells the head that there may be a free slot. */
  public Signal signal() {
    for (Waiter<C> head = head(); head != null; head = head()) {
      if (!head.canLook()) {
        return Signal.CANNOT_LOOK;
      }
      if (head.signal()) {
        return Signal.TAKEN;
      }
    }
    return Signal.NOBODY;
  }

  /**
   * Hands the slot, which the caller holds, to whoever waits first. Null: nobody does, and the
   * caller keeps it. Otherwise whoever was served: {@link #hasSignal}.
   */
  public @Nullable Waiter<C> serve(Slot<C> slot, long now) {
    for (Waiter<C> head = queue.peek(); head != null; head = queue.peek()) {
      boolean served = head.serve(slot, now);
      // Only now: a head that finds itself replaced has to know whether it was served.
      queue.remove(head);
      if (served) {
        WAITING.getAndAdd(this, -1);
        barging.moved(now);
        barging.wake(head);
        return head;
      }
    }
    return null;
  }

  /** Fails everybody who waits now; each makes an exception of its own. */
  public void failAll(Supplier<? extends PoolException> failure) {
    failWhile(() -> true, failure);
  }

  /**
   * The same as long as there is reason to, which is asked again when it is known whose turn it is:
   * who comes while others are being failed may come to better times.
   */
  public void failWhile(BooleanSupplier stillSo, Supplier<? extends PoolException> failure) {
    for (Waiter<C> head = queue.peek();
        head != null && stillSo.getAsBoolean();
        head = queue.peek()) {
      boolean failed = head.fail(failure);
      queue.remove(head);
      if (failed) {
        WAITING.getAndAdd(this, -1);
        head.wake();
      }
    }
  }
}
