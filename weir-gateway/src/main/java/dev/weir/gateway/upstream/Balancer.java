package dev.weir.gateway.upstream;

import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Which endpoint a session that begins is given: a function from what is known of each to an index.
 * The {@link EndpointSet} does what it says, and asks again when that was overtaken.
 */
@FunctionalInterface
public interface Balancer {

  /** The index of one of the candidates, of which there is at least one. */
  int pick(List<Candidate> candidates);

  /**
   * An endpoint that may be given a session.
   *
   * @param turn grows with each session that an endpoint is given: the least was given one the
   *     longest time ago
   * @param load sessions that live there, and calls under way
   */
  record Candidate(long turn, int load) {}

  /**
   * Whose last session is the longest time ago. Unlike a counter modulo their number, this stays
   * even when now one and now another is left out.
   */
  static Balancer roundRobin() {
    return candidates -> least(candidates, Comparator.comparingLong(Candidate::turn));
  }

  /** The least sessions and calls under way; of several, whose last session is longest ago. */
  static Balancer leastLoaded() {
    return candidates ->
        least(
            candidates,
            Comparator.comparingInt(Candidate::load).thenComparingLong(Candidate::turn));
  }

  /**
   * Any, by chance.
   *
   * @param below a random number from 0 to below its argument; safe for concurrent use
   */
  static Balancer random(IntUnaryOperator below) {
    return candidates -> below.applyAsInt(candidates.size());
  }

  private static int least(List<Candidate> candidates, Comparator<Candidate> order) {
    return IntStream.range(0, candidates.size())
        .boxed()
        .min(Comparator.comparing(candidates::get, order))
        .orElseThrow();
  }
}
