package dev.weir.pool;

/**
 * Hears what happens in a pool. Called on the thread that made it happen, never under a lock, and
 * from several threads at once: be quick. What a listener throws is swallowed. A pool without a
 * listener makes no events at all.
 */
@FunctionalInterface
public interface PoolListener {
  /** Called after the event. New kinds of event may be added: give a switch a default branch. */
  void onEvent(PoolEvent event);

  /**
   * Whether to tell of every lease; asked once, when the pool is built. A listener that answers
   * false costs the callers that find a connection ready nothing: neither their {@link
   * PoolEvent.Acquired} nor any {@link PoolEvent.Released} is made for it. It still hears of leases
   * that were waited for, and of everything else.
   */
  default boolean wantsEveryLease() {
    return true;
  }

  /**
   * Tells several, in this order, each what it wants to hear; one that throws keeps nothing from
   * the next.
   */
  static PoolListener of(PoolListener... listeners) {
    return ListenerGroup.of(listeners);
  }

  /** Hears nothing, and costs nothing. */
  PoolListener NONE = event -> {};
}
