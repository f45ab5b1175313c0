package dev.weir.pool.internal;

import dev.weir.pool.LeaseHolder;
import dev.weir.pool.internal.maintenance.LeakWatch;
import dev.weir.pool.internal.maintenance.Ticket;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotWord.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who holds a lease: by the tickets where leases are watched, otherwise by what the slots remember,
 * which is the thread that came last.
 */
final class Holders<C> {
  private final Parts<C> parts;
  private final @Nullable LeakWatch<C> watch;

  Holders(Parts<C> parts, @Nullable LeakWatch<C> watch) {
    this.parts = parts;
    this.watch = watch;
  }

  /** The leases that are out, the oldest first. */
  List<LeaseHolder> all(boolean withThreadsNow) {
    List<LeaseHolder> found = new ArrayList<>();
    if (watch == null) {
      for (Slot<C> slot : parts.table().slots()) {
        LeaseHolder holder = remembered(slot, withThreadsNow);
        if (holder != null) {
          found.add(holder);
        }
      }
    } else {
      for (Ticket<C> ticket : watch.out()) {
        // A pool that was closed took the slots away from those who still have a lease.
        if (!ticket.isOver() && ticket.slot().isLent(ticket.generation())) {
          found.add(watch.holder(ticket, withThreadsNow));
        }
      }
    }
    found.sort(Comparator.comparing(LeaseHolder::since));
    return found;
  }

  /** Whether the threads of all leases are known, however many a connection has. */
  boolean isEachKnown() {
    return watch != null;
  }

  /** The leases of one connection, the oldest first. */
  List<LeaseHolder> of(long connection, List<LeaseHolder> all) {
    return all.stream().filter(holder -> holder.connection() == connection).toList();
  }

  @SuppressWarnings("deprecation") // threadId() is not there in Java 17
  private @Nullable LeaseHolder remembered(Slot<C> slot, boolean withThreadNow) {
    int generation = slot.generation();
    long id = slot.id();
    long since = slot.lastUsed();
    Thread thread = slot.holder();
    // Last, so that what was read above belongs to a lease that was out all the time.
    if (thread == null || slot.phase() != Phase.LEASED || slot.generation() != generation) {
      return null;
    }
    return new LeaseHolder(
        id,
        thread.getName(),
        thread.getId(),
        parts.clock().instantOf(since),
        Duration.ofNanos(Math.max(0, parts.clock().nanos() - since)),
        false,
        List.of(),
        withThreadNow ? List.of(thread.getStackTrace()) : List.of());
  }
}
