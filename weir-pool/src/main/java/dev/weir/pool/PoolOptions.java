package dev.weir.pool;

import java.time.Duration;
import java.util.Map;

/**
 * The options of a pool. Names, defaults and units are the same here, in {@link PoolBuilder} and in
 * YAML, where {@code maxLifetime} is {@code max-lifetime}.
 *
 * <p>Start from {@link #defaults()} and change what differs; the canonical constructor gains
 * parameters as options are added. Options marked live can be changed while a pool runs: {@link
 * Pool#resize}.
 *
 * @param min connections kept open, idle or leased; 0 to max
 * @param max connections at most, those being opened or closed included; 1 or more
 * @param acquireTimeout a caller's longest wait, opening and checking included; 0s: never wait
 * @param maxWaiters callers that may wait at a time; the next is refused at once
 * @param idleTimeout how long a connection beyond min may be idle before it is closed; 0s: for ever
 * @param evictionInterval pause between two passes that look for idle, old and unusable connections
 * @param maxLifetime age at which a connection retires, when its lease ends at the latest; 0s:
 *     never
 * @param lifetimeJitter part of max-lifetime that is taken off at random, so that not all retire at
 *     once; 0 to 1
 * @param validationWindow a connection used or checked within this span is not checked before use;
 *     0s: check each time
 * @param checkTimeout longest check of one connection; it is closed when that is over
 * @param keepAliveInterval how long a connection is idle before it is checked in the background;
 *     0s: no such checks
 * @param openTimeout longest single try to open; it is then given up and its late result closed
 * @param openParallelism connections opened at a time, max at most
 * @param maxRetries tries to open for one place after the first that failed; then waiting callers
 *     whom no connection can serve are told, unless breaker-threshold failures told them before
 * @param breakerThreshold failed tries to open in a row, at whichever places, that make the
 *     endpoint count as down: callers whom no connection can serve fail at once, until one of the
 *     tries made after growing pauses succeeds; 1 or more
 * @param maxFailures failures in a row, in use or in checks, that take a connection out; 1 or more
 * @param retryBackoff pause before the first retry; each further one doubles, and up to half of
 *     each is taken off at random
 * @param maxRetryBackoff longest pause between tries, retries and those while the endpoint is down
 * @param closeTimeout how long a connection being closed keeps its place from another
 * @param drainTimeout how long a drain waits for the leases to end
 * @param startMustSucceed whether building the pool waits for min connections and fails without
 *     them
 * @param strategy which of several free connections a caller gets: lifo, fifo, round-robin,
 *     least-loaded or random
 * @param fairness whether callers may overtake those who wait: throughput, balanced or strict
 * @param maxLeasesPerConnection leases of one connection at a time, for protocols that carry
 *     several conversations; 1 to 4095
 * @param leakThreshold how long a lease may be held before it is reported as a leak, with the stack
 *     that took it; 0s: leases are not watched
 * @param leakReclaim whether a lease held longer than leak-threshold is ended and its connection
 *     closed, even while its holder still uses it. The danger is in that: a holder that is only
 *     slow has its connection closed in the middle of its work, and what became of that work is
 *     unknown. Set the threshold far beyond the longest honest use. No effect without
 *     leak-threshold
 */
public record PoolOptions(
    @Option(byDefault = "2", live = true, about = "connections kept open, idle or leased; 0 to max")
        int min,
    @Option(
            byDefault = "10",
            live = true,
            about = "connections at most, those being opened or closed included; 1 or more")
        int max,
    @Option(
            byDefault = "5s",
            about = "a caller's longest wait, opening and checking included; 0s: never wait")
        Duration acquireTimeout,
    @Option(
            byDefault = "50",
            about = "callers that may wait at a time; the next is refused at once")
        int maxWaiters,
    @Option(
            byDefault = "5m",
            about =
                "how long a connection beyond min may be idle before it is closed; 0s: for ever")
        Duration idleTimeout,
    @Option(
            byDefault = "10s",
            about = "pause between two passes that look for idle, old and unusable connections")
        Duration evictionInterval,
    @Option(
            byDefault = "30m",
            about =
                "age at which a connection retires, when its lease ends at the latest; 0s: never")
        Duration maxLifetime,
    @Option(
            byDefault = "0.1",
            about =
                "part of max-lifetime that is taken off at random, so that not all retire at once; 0 to 1")
        double lifetimeJitter,
    @Option(
            byDefault = "500ms",
            about =
                "a connection used or checked within this span is not checked before use; 0s: check each time")
        Duration validationWindow,
    @Option(
            byDefault = "1s",
            about = "longest check of one connection; it is closed when that is over")
        Duration checkTimeout,
    @Option(
            byDefault = "2m",
            about =
                "how long a connection is idle before it is checked in the background; 0s: no such checks")
        Duration keepAliveInterval,
    @Option(
            byDefault = "10s",
            about = "longest single try to open; it is then given up and its late result closed")
        Duration openTimeout,
    @Option(byDefault = "4", about = "connections opened at a time, max at most")
        int openParallelism,
    @Option(
            byDefault = "3",
            about =
                "tries to open for one place after the first that failed; then waiting callers whom no connection can serve are told, unless breaker-threshold failures told them before")
        int maxRetries,
    @Option(
            byDefault = "3",
            about =
                "failed tries to open in a row, at whichever places, that make the endpoint count as down: callers whom no connection can serve fail at once, until one of the tries made after growing pauses succeeds; 1 or more")
        int breakerThreshold,
    @Option(
            byDefault = "3",
            about = "failures in a row, in use or in checks, that take a connection out; 1 or more")
        int maxFailures,
    @Option(
            byDefault = "10ms",
            about =
                "pause before the first retry; each further one doubles, and up to half of each is taken off at random")
        Duration retryBackoff,
    @Option(
            byDefault = "5s",
            about = "longest pause between tries, retries and those while the endpoint is down")
        Duration maxRetryBackoff,
    @Option(
            byDefault = "1s",
            about = "how long a connection being closed keeps its place from another")
        Duration closeTimeout,
    @Option(byDefault = "10s", about = "how long a drain waits for the leases to end")
        Duration drainTimeout,
    @Option(
            byDefault = "false",
            about = "whether building the pool waits for min connections and fails without them")
        boolean startMustSucceed,
    @Option(
            byDefault = "lifo",
            about =
                "which of several free connections a caller gets: lifo, fifo, round-robin, least-loaded or random")
        Selection strategy,
    @Option(
            byDefault = "balanced",
            about = "whether callers may overtake those who wait: throughput, balanced or strict")
        Fairness fairness,
    @Option(
            byDefault = "1",
            about =
                "leases of one connection at a time, for protocols that carry several conversations; 1 to 4095")
        int maxLeasesPerConnection,
    @Option(
            byDefault = "0s",
            about =
                "how long a caller with a key waits for the connection that the key used last, before it takes any; 0s: not at all")
        Duration affinityWait,
    @Option(
            byDefault = "5m",
            about = "how long a key may be quiet before its connection is forgotten")
        Duration affinityTimeout,
    @Option(
            byDefault = "false",
            about =
                "whether the pool keeps as many connections as were lately needed at a time, instead of min; within min and max")
        boolean adaptive,
    @Option(
            byDefault = "0s",
            about =
                "how long a lease may be held before it is reported as a leak, with the stack that took it; 0s: leases are not watched")
        Duration leakThreshold,
    @Option(
            byDefault = "false",
            about =
                "whether a lease held longer than leak-threshold is ended and its connection closed, even under its holder's hands")
        boolean leakReclaim) {

  /** Checks the options, each for itself and together. */
  public PoolOptions {
    atLeast("max", max, 1);
    atLeast("min", min, 0);
    if (min > max) {
      throw new InvalidOptionException("min", min, "at most max, which is " + max);
    }
    if (max > MOST) {
      throw new InvalidOptionException("max", max, "at most " + MOST);
    }
    atLeast("maxWaiters", maxWaiters, 0);
    atLeast("openParallelism", openParallelism, 1);
    atLeast("maxRetries", maxRetries, 0);
    atLeast("breakerThreshold", breakerThreshold, 1);
    atLeast("maxFailures", maxFailures, 1);
    if (!(lifetimeJitter >= 0 && lifetimeJitter <= 1)) {
      throw new InvalidOptionException("lifetimeJitter", lifetimeJitter, "a number from 0 to 1");
    }
    atLeast("acquireTimeout", acquireTimeout, Duration.ZERO);
    atLeast("idleTimeout", idleTimeout, Duration.ZERO);
    atLeast("maxLifetime", maxLifetime, Duration.ZERO);
    atLeast("validationWindow", validationWindow, Duration.ZERO);
    atLeast("keepAliveInterval", keepAliveInterval, Duration.ZERO);
    atLeast("drainTimeout", drainTimeout, Duration.ZERO);
    atLeast("leakThreshold", leakThreshold, Duration.ZERO);
    atLeast("evictionInterval", evictionInterval, TICK);
    atLeast("checkTimeout", checkTimeout, TICK);
    atLeast("openTimeout", openTimeout, TICK);
    atLeast("retryBackoff", retryBackoff, TICK);
    atLeast("maxRetryBackoff", maxRetryBackoff, retryBackoff);
    atLeast("closeTimeout", closeTimeout, TICK);
    atLeast("affinityWait", affinityWait, Duration.ZERO);
    atLeast("affinityTimeout", affinityTimeout, TICK);
    atLeast("maxLeasesPerConnection", maxLeasesPerConnection, 1);
    if (maxLeasesPerConnection > MOST_LEASES) {
      throw new InvalidOptionException(
          "maxLeasesPerConnection", maxLeasesPerConnection, "at most " + MOST_LEASES);
    }
  }

  private static final int MOST = 1 << 20;
  private static final int MOST_LEASES = 4095;
  private static final Duration TICK = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** Every option at its default. */
  public static PoolOptions defaults() {
    return Options.defaults(PoolOptions.class);
  }

  /** A copy with both bounds changed. */
  public PoolOptions withSize(int min, int max) {
    return Options.with(this, Map.of("min", min, "max", max));
  }

  /** A copy with another {@link #acquireTimeout}. */
  public PoolOptions withAcquireTimeout(Duration acquireTimeout) {
    return Options.with(this, Map.of("acquireTimeout", acquireTimeout));
  }

  /** A copy with another {@link #maxWaiters}. */
  public PoolOptions withMaxWaiters(int maxWaiters) {
    return Options.with(this, Map.of("maxWaiters", maxWaiters));
  }

  /** A copy with another {@link #idleTimeout}. */
  public PoolOptions withIdleTimeout(Duration idleTimeout) {
    return Options.with(this, Map.of("idleTimeout", idleTimeout));
  }

  /** A copy with another {@link #evictionInterval}. */
  public PoolOptions withEvictionInterval(Duration evictionInterval) {
    return Options.with(this, Map.of("evictionInterval", evictionInterval));
  }

  /** A copy with another {@link #maxLifetime}. */
  public PoolOptions withMaxLifetime(Duration maxLifetime) {
    return Options.with(this, Map.of("maxLifetime", maxLifetime));
  }

  /** A copy with another {@link #lifetimeJitter}. */
  public PoolOptions withLifetimeJitter(double lifetimeJitter) {
    return Options.with(this, Map.of("lifetimeJitter", lifetimeJitter));
  }

  /** A copy with another {@link #validationWindow}. */
  public PoolOptions withValidationWindow(Duration validationWindow) {
    return Options.with(this, Map.of("validationWindow", validationWindow));
  }

  /** A copy with another {@link #checkTimeout}. */
  public PoolOptions withCheckTimeout(Duration checkTimeout) {
    return Options.with(this, Map.of("checkTimeout", checkTimeout));
  }

  /** A copy with another {@link #keepAliveInterval}. */
  public PoolOptions withKeepAliveInterval(Duration keepAliveInterval) {
    return Options.with(this, Map.of("keepAliveInterval", keepAliveInterval));
  }

  /** A copy with another {@link #openTimeout}. */
  public PoolOptions withOpenTimeout(Duration openTimeout) {
    return Options.with(this, Map.of("openTimeout", openTimeout));
  }

  /** A copy with another {@link #openParallelism}. */
  public PoolOptions withOpenParallelism(int openParallelism) {
    return Options.with(this, Map.of("openParallelism", openParallelism));
  }

  /** A copy with another {@link #maxRetries}. */
  public PoolOptions withMaxRetries(int maxRetries) {
    return Options.with(this, Map.of("maxRetries", maxRetries));
  }

  /** A copy with another {@link #breakerThreshold}. */
  public PoolOptions withBreakerThreshold(int breakerThreshold) {
    return Options.with(this, Map.of("breakerThreshold", breakerThreshold));
  }

  /** A copy with another {@link #maxFailures}. */
  public PoolOptions withMaxFailures(int maxFailures) {
    return Options.with(this, Map.of("maxFailures", maxFailures));
  }

  /** A copy with another {@link #retryBackoff}. */
  public PoolOptions withRetryBackoff(Duration retryBackoff) {
    return Options.with(this, Map.of("retryBackoff", retryBackoff));
  }

  /** A copy with another {@link #maxRetryBackoff}. */
  public PoolOptions withMaxRetryBackoff(Duration maxRetryBackoff) {
    return Options.with(this, Map.of("maxRetryBackoff", maxRetryBackoff));
  }

  /** A copy with another {@link #closeTimeout}. */
  public PoolOptions withCloseTimeout(Duration closeTimeout) {
    return Options.with(this, Map.of("closeTimeout", closeTimeout));
  }

  /** A copy with another {@link #drainTimeout}. */
  public PoolOptions withDrainTimeout(Duration drainTimeout) {
    return Options.with(this, Map.of("drainTimeout", drainTimeout));
  }

  /** A copy with another {@link #startMustSucceed}. */
  public PoolOptions withStartMustSucceed(boolean startMustSucceed) {
    return Options.with(this, Map.of("startMustSucceed", startMustSucceed));
  }

  /** A copy with another {@link #strategy}. */
  public PoolOptions withStrategy(Selection strategy) {
    return Options.with(this, Map.of("strategy", strategy));
  }

  /** A copy with another {@link #fairness}. */
  public PoolOptions withFairness(Fairness fairness) {
    return Options.with(this, Map.of("fairness", fairness));
  }

  /** A copy with another {@link #maxLeasesPerConnection}. */
  public PoolOptions withMaxLeasesPerConnection(int maxLeasesPerConnection) {
    return Options.with(this, Map.of("maxLeasesPerConnection", maxLeasesPerConnection));
  }

  /** A copy with another {@link #affinityWait}. */
  public PoolOptions withAffinityWait(Duration affinityWait) {
    return Options.with(this, Map.of("affinityWait", affinityWait));
  }

  /** A copy with another {@link #affinityTimeout}. */
  public PoolOptions withAffinityTimeout(Duration affinityTimeout) {
    return Options.with(this, Map.of("affinityTimeout", affinityTimeout));
  }

  /** A copy with another {@link #adaptive}. */
  public PoolOptions withAdaptive(boolean adaptive) {
    return Options.with(this, Map.of("adaptive", adaptive));
  }

  /** A copy with another {@link #leakThreshold}. */
  public PoolOptions withLeakThreshold(Duration leakThreshold) {
    return Options.with(this, Map.of("leakThreshold", leakThreshold));
  }

  /** A copy with another {@link #leakReclaim}. */
  public PoolOptions withLeakReclaim(boolean leakReclaim) {
    return Options.with(this, Map.of("leakReclaim", leakReclaim));
  }

  private static void atLeast(String option, int value, int least) {
    if (value < least) {
      throw new InvalidOptionException(option, value, least + " or more");
    }
  }

  private static void atLeast(String option, Duration value, Duration least) {
    if (value.compareTo(least) < 0) {
      throw new InvalidOptionException(
          option, value, "a duration, " + Options.text(least) + " or more");
    }
    if (value.compareTo(LONGEST) > 0) {
      throw new InvalidOptionException(
          option, value, "a duration, " + Options.text(LONGEST) + " or less");
    }
  }
}
