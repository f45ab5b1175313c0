package dev.weir.pool.internal.maintenance;

import dev.weir.pool.LeaseHolder;
import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.time.Alarm;
import dev.weir.pool.internal.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds leases that are held for too long, and those that nobody can end any more. There is one
 * only if {@code leakThreshold} is set; without it, leases are made by another constructor and know
 * nothing of being watched.
 *
 * <p><b>States</b> of a lease, in its {@link Ticket}: held → over; held → suspect → over. Over is
 * decided once, by whoever is first: its holder, who gives the slot back as ever; the watch,
 * because the lease is unreachable; or the watch, because it is to be reclaimed. Only the first
 * touches the slot. A holder that comes later finds the lease ended, as if it had ended it itself
 * before.
 *
 * <p><b>Who may write.</b> The ticket: its holder and the watch, by compare-and-set or a bitwise or
 * of one word, nothing else. The holder keeps its lease reachable until that write is done (a
 * fence), so a lease that is being ended is never found unreachable. The slot: whoever ended the
 * lease, which makes it the holder of the slot, as the essay of {@code Traffic} wants it.
 *
 * <p><b>Told once, and in order.</b> Whoever makes a ticket suspect tells the listener. That takes
 * its time, and the lease may come back meanwhile: then two flags, told and back, are set by two
 * threads, and the second to set its own tells that it came back.
 *
 * <p><b>When.</b> One call of the alarm looks at all tickets: when the next is due and at least
 * once in {@code leakThreshold}. A lease that begins after a look is not due before the next look,
 * which then sees it and comes back in time. So no lease needs a timer of its own, and each is told
 * at most a sixteenth of the threshold (a second at most) late. The look itself only reads, on the
 * thread of the alarm; a worker acts if there is anything to do. It first ends all leases that it
 * has to end, then tells of them: a listener that hangs holds up no place, and no later look.
 *
 * <p>{@code LeakTest}, {@code LeakReclaimTest}, {@code ForgottenLeaseTest} and {@code LeakRaceTest}
 * check this.
 */
public final class LeakWatch<C> {
  private static final int LOOKS = 16;
  private static final long MOST_BETWEEN_LOOKS = TimeUnit.SECONDS.toNanos(1);
  private static final long LEAST_BETWEEN_LOOKS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Parts<C> parts;
  private final Recovery<C> recovery;
  private final boolean reclaims;
  private final long threshold;
  private final long longestRest;
  private final long shortestRest;
  private final Set<Ticket<C>> out = ConcurrentHashMap.newKeySet();
  private volatile Alarm.@Nullable Call nextLook;
  private volatile boolean stopped;

  /** Gives back what a lease held that the watch has ended, and closes the connection. */
  @FunctionalInterface
  public interface Recovery<C> {
    void recover(Ticket<C> ended, Reason reason);
  }

  /** A lease that was ended or is to be told. */
  private record Finding<C>(Ticket<C> ticket, boolean unreachable) {}

  private LeakWatch(Parts<C> parts, Recovery<C> recovery) {
    this.parts = parts;
    this.recovery = recovery;
    PoolOptions options = parts.options();
    reclaims = options.leakReclaim();
    threshold = Deadline.nanos(options.leakThreshold());
    longestRest = Math.min(threshold, Deadline.nanos(options.evictionInterval()));
    shortestRest = Math.max(LEAST_BETWEEN_LOOKS, Math.min(threshold / LOOKS, MOST_BETWEEN_LOOKS));
  }

  /** A watch, if the options want one. */
  public static <C> @Nullable LeakWatch<C> ifWanted(Parts<C> parts, Recovery<C> recovery) {
    return parts.options().leakThreshold().isZero() ? null : new LeakWatch<>(parts, recovery);
  }

  /** Begins to look. */
  public void start() {
    lookAt(parts.clock().nanos() + longestRest);
  }

  /** Ends it. */
  public void stop() {
    stopped = true;
    Alarm.Call call = nextLook;
    if (call != null) {
      call.cancel();
    }
  }

  private void lookAt(long when) {
    Alarm.Call call = parts.alarm().at(when, this::look);
    nextLook = call;
    // In this order: either this thread sees the flag, or stop() sees the call.
    if (stopped) {
      call.cancel();
    }
  }

  /** Watches a lease of a slot that is lent to the caller. */
  public Ticket<C> watch(Object lease, Slot<C> slot, long now, Origin origin) {
    Ticket<C> ticket = new Ticket<>(lease, slot, now, origin);
    out.add(ticket);
    return ticket;
  }

  /**
   * The holder ends its lease, which has to be reachable until this returns. True: it had not ended
   * before.
   */
  public boolean end(Ticket<C> ticket) {
    Ticket.Return found = ticket.comeBack();
    if (found.isFirst()) {
      forget(ticket);
    }
    if (found.isToBeTold()) {
      tellEnded(ticket);
    }
    return found.isFirst();
  }

  /** The leases that are out, in no order. */
  public Collection<Ticket<C>> out() {
    return Collections.unmodifiableCollection(out);
  }

  private void forget(Ticket<C> ticket) {
    out.remove(ticket);
    ticket.clear();
  }

  private void look() {
    long now = parts.clock().nanos();
    long next = now + longestRest;
    boolean isAnythingToDo = false;
    for (Ticket<C> ticket : out) {
      long due = ticket.since() + threshold;
      if (ticket.isLost()) {
        isAnythingToDo = true;
      } else if (!ticket.isSuspect()) {
        isAnythingToDo |= Deadline.passed(due, now);
        next = due - next < 0 ? due : next;
      }
    }
    try {
      if (isAnythingToDo) {
        parts.workers().submit(this::act);
      }
    } finally {
      lookAt(Deadline.later(next, now + shortestRest));
    }
  }

  private void act() {
    long now = parts.clock().nanos();
    List<Finding<C>> toTell = new ArrayList<>();
    for (Ticket<C> ticket : longestHeldFirst()) {
      if (ticket.isLost()) {
        recoverLost(ticket, toTell);
      } else if (Deadline.passed(ticket.since() + threshold, now)) {
        suspect(ticket, toTell);
      }
    }
    for (Finding<C> finding : toTell) {
      Ticket<C> ticket = finding.ticket();
      parts.events().leakSuspected(holder(ticket, false), finding.unreachable());
      if (ticket.told()) {
        tellEnded(ticket);
      }
    }
  }

  /** In an order that hangs on nothing but the leases, so that a history can be replayed. */
  private List<Ticket<C>> longestHeldFirst() {
    List<Ticket<C>> sorted = new ArrayList<>(out);
    sorted.sort(
        (one, other) -> {
          int byAge = Long.signum(one.since() - other.since());
          return byAge != 0 ? byAge : Long.compare(one.connection(), other.connection());
        });
    return sorted;
  }

  private void recoverLost(Ticket<C> ticket, List<Finding<C>> toTell) {
    Ticket.Loss loss = ticket.lose();
    if (loss == Ticket.Loss.NONE) {
      return;
    }
    forget(ticket);
    recovery.recover(ticket, Reason.LOST);
    if (loss == Ticket.Loss.NEW) {
      toTell.add(new Finding<>(ticket, true));
    }
  }

  private void suspect(Ticket<C> ticket, List<Finding<C>> toTell) {
    if (reclaims && ticket.reclaim()) {
      forget(ticket);
      recovery.recover(ticket, Reason.LEAKED);
      toTell.add(new Finding<>(ticket, false));
    } else if (!reclaims && ticket.suspect()) {
      toTell.add(new Finding<>(ticket, false));
    }
  }

  private void tellEnded(Ticket<C> ticket) {
    long held = Math.max(0, parts.clock().coarseNanos() - ticket.since());
    parts.events().leakEnded(ticket.connection(), held);
  }

  /** Who holds the lease of a ticket. */
  public LeaseHolder holder(Ticket<C> ticket, boolean withThreadNow) {
    Origin origin = ticket.origin();
    Thread thread = withThreadNow ? origin.thread() : null;
    return new LeaseHolder(
        ticket.connection(),
        origin.name(),
        origin.id(),
        parts.clock().instantOf(ticket.since()),
        Duration.ofNanos(Math.max(0, parts.clock().nanos() - ticket.since())),
        ticket.isSuspect(),
        origin.stack(),
        thread == null ? List.of() : List.of(thread.getStackTrace()));
  }
}
