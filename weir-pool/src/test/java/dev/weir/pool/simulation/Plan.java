package dev.weir.pool.simulation;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import dev.weir.pool.Fairness;
import dev.weir.pool.PoolBuilder;
import dev.weir.pool.Selection;
import java.time.Duration;
import java.util.Random;

/** What one history is like: the options of the pool, who comes, and how much goes wrong. */
record Plan(
    boolean keyed,
    Kind kind,
    int leasesEach,
    Selection selection,
    boolean ownStrategy,
    Fairness fairness,
    int min,
    int max,
    int maxWaiters,
    int openParallelism,
    int maxRetries,
    Duration idleTimeout,
    Duration evictionInterval,
    Duration maxLifetime,
    Duration validationWindow,
    Duration keepAliveInterval,
    Duration openTimeout,
    boolean adaptive,
    Duration leakThreshold,
    boolean leakReclaim,
    int callers,
    int trouble,
    boolean busyListener,
    Duration length,
    Ending ending) {

  /** How a history comes to its end. */
  enum Ending {
    CLOSE,
    DRAIN,
    QUIET
  }

  /** What the factory can do besides opening and closing. */
  enum Kind {
    PLAIN,
    CHECKS,
    ALL
  }

  /** Longest pause between tries to open. */
  static final Duration MAX_BACKOFF = ofSeconds(1);

  /** How long a close may keep its place. */
  static final Duration CLOSE_TIMEOUT = ofSeconds(1);

  static Plan draw(Random random) {
    int max = 1 + random.nextInt(5);
    return new Plan(
        random.nextInt(4) == 0,
        pick(random, Kind.values()),
        random.nextInt(3) == 0 ? 2 + random.nextInt(2) : 1,
        pick(random, Selection.values()),
        random.nextInt(6) == 0,
        pick(random, Fairness.values()),
        random.nextInt(Math.min(3, max + 1)),
        max,
        2 + random.nextInt(10),
        1 + random.nextInt(4),
        random.nextInt(4),
        pick(random, ZERO, ofSeconds(2), ofSeconds(40)),
        pick(random, ofMillis(500), ofSeconds(10)),
        pick(random, ZERO, ofSeconds(5), ofMinutes(2)),
        pick(random, ZERO, ofMillis(500), ofMinutes(10)),
        pick(random, ZERO, ofSeconds(3), ofSeconds(20)),
        pick(random, ofSeconds(1), ofSeconds(4)),
        random.nextInt(3) == 0,
        pick(random, ZERO, ZERO, ofMillis(1_500), ofSeconds(6)),
        random.nextBoolean(),
        2 + random.nextInt(9),
        random.nextInt(4),
        random.nextInt(3) == 0,
        ofSeconds(5 + random.nextInt(25)),
        pick(random, Ending.values()));
  }

  /** Whether leases are watched. */
  boolean watches() {
    return !leakThreshold.isZero();
  }

  /** Whether a lease that is held for too long is ended under the hands of its holder. */
  boolean reclaims() {
    return watches() && leakReclaim;
  }

  /** After how long without callers the pool has come to rest, leases found late included. */
  Duration untilCalm() {
    // An adaptive one needs three windows to see that it is calm, and one for each connection.
    return ofSeconds(60).plus(adaptive ? evictionInterval.multipliedBy(12) : ZERO);
  }

  @SafeVarargs
  private static <T> T pick(Random random, T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  <C> PoolBuilder<C> applyTo(PoolBuilder<C> builder) {
    return builder
        .min(min)
        .max(max)
        .maxLeasesPerConnection(leasesEach)
        .strategy(selection)
        .fairness(fairness)
        .maxWaiters(maxWaiters)
        .openParallelism(openParallelism)
        .maxRetries(maxRetries)
        .idleTimeout(idleTimeout)
        .evictionInterval(evictionInterval)
        .maxLifetime(maxLifetime)
        .validationWindow(validationWindow)
        .keepAliveInterval(keepAliveInterval)
        .openTimeout(openTimeout)
        .adaptive(adaptive)
        .leakThreshold(leakThreshold)
        .leakReclaim(leakReclaim)
        .checkTimeout(ofSeconds(1))
        .closeTimeout(CLOSE_TIMEOUT)
        .retryBackoff(ofMillis(50))
        .maxRetryBackoff(MAX_BACKOFF);
  }
}
