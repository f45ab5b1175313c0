package dev.weir.pool.internal.wait;

import dev.weir.pool.internal.slot.Slot;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Callers that wait a while for one particular slot, before they join the {@link WaitLine} for any.
 *
 * <p>The same hand-shake as there: such a caller joins, then tries its slot; whoever frees a slot
 * looks here afterwards. States of a waiter and who may write them are as there, too.
 */
public final class Faithful<C> {
  private final ConcurrentLinkedQueue<Wish<C>> wishes = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();

  /**
   * Who waits for what.
   *
   * @param look has the waiter see whether there is still something to wait for
   */
  public record Wish<C>(Slot<C> slot, Waiter<C> waiter, Runnable look) {}

  /** How many wait. */
  public int waiting() {
    return count.get();
  }

  public void join(Wish<C> wish) {
    count.incrementAndGet();
    wishes.add(wish);
  }

  /** Gives up waiting. False: it was served, and has to take that. */
  public boolean leave(Wish<C> wish) {
    if (!wish.waiter().leave()) {
      return false;
    }
    wishes.remove(wish);
    count.decrementAndGet();
    return true;
  }

  /** Hands the slot, which the caller holds, to whoever waits for it first. False: nobody does. */
  public boolean serve(Slot<C> slot, long now) {
    for (Wish<C> wish : wishes) {
      if (wish.slot() == slot && wish.waiter().serve(slot, now)) {
        wishes.remove(wish);
        count.decrementAndGet();
        wish.waiter().wake();
        return true;
      }
    }
    return false;
  }

  /** Has everybody see whether there is still something to wait for. */
  public void look() {
    wishes.forEach(wish -> wish.look().run());
  }
}
