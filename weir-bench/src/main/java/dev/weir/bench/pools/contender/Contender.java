package dev.weir.bench.pools.contender;

import java.util.Set;

/**
 * One entry of the race.
 *
 * @param name as on the command line and in the tables
 * @param product the jar that it comes in, with its version; or what a baseline is made of
 * @param kind whose times may be compared with whose
 * @param traits what the verdict has to know about it
 * @param builder makes its pools
 */
public record Contender(
    String name, String product, Kind kind, Set<Trait> traits, Builder builder) {

  /** What a caller gets. */
  public enum Kind {
    /** The pooled object itself, or a lease that has it. */
    OBJECT,
    /** A JDBC connection with a wrapper around it. */
    JDBC
  }

  /** See the constants. */
  public enum Trait {
    /** Weir, in whatever mode. */
    OURS,
    /** Not a pool that one could use; shows what a part of one costs. */
    BASELINE,
    /** A release does not reach a parked caller: it polls, or sleeps until a quantum is over. */
    WAKES_NOBODY,
    /** A thread cannot hold two at a time; races only where nothing is held. */
    ONE_LEASE_A_THREAD,
    /** Cannot wait; races only where there is a connection for every caller. */
    NEVER_WAITS,
    /** Opens nothing by itself, so that the situations do not apply. */
    OPENS_NOTHING,
    /** Has an option for how many connections it opens at a time. */
    PARALLEL_OPENS
  }

  /** Makes a pool. */
  @FunctionalInterface
  public interface Builder {
    RacingPool build(Setup setup) throws Exception;
  }

  public boolean is(Trait trait) {
    return traits.contains(trait);
  }
}
