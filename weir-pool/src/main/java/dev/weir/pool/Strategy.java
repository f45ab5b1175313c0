package dev.weir.pool;

/**
 * Chooses among the connections of a pool. A function of what it is shown: it changes nothing, and
 * the pool alone leases what it chose.
 *
 * <p>Called on the thread of the caller that asks for a lease, several at a time, with no lock
 * held. A strategy that throws, or names a connection that cannot be leased, costs its caller
 * nothing: the pool then takes any that can.
 */
@FunctionalInterface
public interface Strategy {
  /**
   * The index of the connection to lease, from 0 to {@code candidates.size() - 1}; negative: any.
   */
  int select(Candidates candidates);
}
