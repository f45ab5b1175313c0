package dev.weir.pool.internal;

import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.internal.maintenance.Retirement;
import dev.weir.pool.internal.maintenance.Validation;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.strategy.Selector;
import dev.weir.pool.internal.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * The connections that can be lent as they are, for whoever looks for one.
 *
 * <p>The {@link Selector} finds a slot and lends it by one compare-and-set. Only now, as its
 * holder, the caller asks whether the connection may be handed out at all: it may be too old, or
 * the factory may say that it is of no use. Such a one is closed on the way and the search goes on,
 * so that each is found once. The state is the slots' own; nothing is written here.
 */
final class Stock<C> {
  private final Clock clock;
  private final Selector<C> selector;
  private final Validation<C> validation;
  private final Retirement<C> retirement;

  Stock(Parts<C> parts, Validation<C> validation, Retirement<C> retirement) {
    clock = parts.clock();
    selector =
        new Selector<>(
            parts.table(), parts.ownStrategy(), parts.options().strategy(), parts.random());
    this.validation = validation;
    this.retirement = retirement;
  }

  /** Takes a connection as the strategy wants it; null when none is ready. */
  @Nullable Slot<C> take() {
    long now = clock.coarseNanos();
    for (Slot<C> slot = selector.take(now); slot != null; slot = selector.take(now)) {
      if (isSound(slot, now)) {
        return slot;
      }
    }
    return null;
  }

  /** Like {@link #take}, for somebody who stands in the line. */
  @Nullable Slot<C> takeInLine() {
    long now = clock.coarseNanos();
    for (Slot<C> slot = selector.takeInLine(now); slot != null; slot = selector.takeInLine(now)) {
      if (isSound(slot, now)) {
        return slot;
      }
    }
    return null;
  }

  /** Like {@link #take}, without a look at the strategy. */
  @Nullable Slot<C> takeAny() {
    long now = clock.coarseNanos();
    for (Slot<C> slot = selector.takeAny(now); slot != null; slot = selector.takeAny(now)) {
      if (isSound(slot, now)) {
        return slot;
      }
    }
    return null;
  }

  /** Whether there is one to take. */
  boolean hasReady() {
    return selector.hasReady(clock.coarseNanos());
  }

  /** Whether a slot that the caller just took may be handed out; closes it otherwise. */
  boolean isSound(Slot<C> slot, long now) {
    Reason unfit = validation.unfit(slot, now);
    if (unfit == null) {
      return true;
    }
    retirement.retireHeld(slot, slot.generation(), unfit, null);
    return false;
  }
}
