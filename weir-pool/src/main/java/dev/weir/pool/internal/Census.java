package dev.weir.pool.internal;

import dev.weir.pool.ConnectionInfo;
import dev.weir.pool.ConnectionInfo.State;
import dev.weir.pool.LeaseHolder;
import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.slot.SlotWord.Phase;
import dev.weir.pool.internal.stats.Tally.Sizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts and lists what is in the slots, by looking at them: nobody keeps books for it. */
final class Census<C> {
  private final Parts<C> parts;
  private final Holders<C> holders;
  private final boolean exclusive;

  Census(Parts<C> parts, Holders<C> holders) {
    this.parts = parts;
    this.holders = holders;
    exclusive = parts.options().maxLeasesPerConnection() == 1;
  }

  Sizes sizes(int waiting, int endpointsDown) {
    SlotTable<C> table = parts.table();
    int leased = 0;
    int idle = 0;
    int opening = 0;
    // Each slot is looked at once: counted phase by phase, one that changes hands counts twice.
    for (Slot<C> slot : table.slots()) {
      Phase phase = slot.phase();
      if (phase == Phase.LEASED) {
        leased++;
      } else if (phase == Phase.IDLE) {
        idle++;
      } else if (phase == Phase.OPENING) {
        opening++;
      }
    }
    return new Sizes(
        leased, idle, waiting, opening, table.occupied(), table.min(), table.max(), endpointsDown);
  }

  List<ConnectionInfo> connections() {
    List<LeaseHolder> all = holders.all(false);
    List<ConnectionInfo> found = new ArrayList<>();
    for (Slot<C> slot : parts.table().slots()) {
      State state = state(slot);
      C connection = slot.peek();
      if (state != null && connection != null) {
        found.add(info(slot, state, connection, all));
      }
    }
    return found;
  }

  List<ConnectionInfo> leased() {
    return connections().stream().filter(c -> c.state() == State.LEASED).toList();
  }

  private ConnectionInfo info(Slot<C> slot, State state, C connection, List<LeaseHolder> all) {
    boolean leased = state == State.LEASED;
    List<LeaseHolder> its = leased ? holders.of(slot.id(), all) : List.of();
    LeaseHolder latest = its.isEmpty() ? null : its.get(its.size() - 1);
    boolean isEachKnown = exclusive || holders.isEachKnown();
    return new ConnectionInfo(
        slot.id(),
        state,
        parts.clock().instantOf(slot.openedAt()),
        parts.clock().instantOf(slot.lastUsed()),
        slot.uses(),
        slot.failures(),
        latest == null ? null : latest.thread() + " #" + latest.threadId(),
        leased ? slot.leases() : 0,
        slot.limit(),
        latest == null || !isEachKnown ? null : its.get(0).since(),
        slot.epoch(),
        attributes(connection));
  }

  private static @Nullable State state(Slot<?> slot) {
    return switch (slot.phase()) {
      case VACANT, OPENING -> null;
      case IDLE -> State.IDLE;
      case LEASED -> State.LEASED;
      case CHECKING -> State.CHECKING;
      case CLOSING -> isFault(slot.closedFor()) ? State.BROKEN : State.CLOSED;
    };
  }

  private static boolean isFault(@Nullable Reason reason) {
    return reason == Reason.CHECK_FAILED
        || reason == Reason.RESET_FAILED
        || reason == Reason.INVALIDATED;
  }

  private Map<String, String> attributes(C connection) {
    try {
      return Map.copyOf(parts.factory().attributes(connection));
    } catch (Throwable e) {
      // A listing is worth more without them than not at all.
      return Map.of();
    }
  }
}
