package dev.weir.gateway.lease;

import java.time.Duration;

/**
 * How many processes or sessions of an upstream may be kept ready.
 *
 * @param min kept although nobody has come for long
 * @param max kept at most; zero for none
 * @param memory what they may take together, in bytes
 * @param idleTimeout how long after the last session began more than {@code min} are kept
 * @param maxLifetime how old one may become that nobody has come for; zero: any age
 */
public record StandbyBounds(
    int min, int max, long memory, Duration idleTimeout, Duration maxLifetime) {
  private static final Duration SELDOM = Duration.ofSeconds(10);
  private static final Duration OFTEN = Duration.ofMillis(100);

  /** The pause between two looks for those that are too old. */
  Duration lookForOld() {
    Duration fifth = maxLifetime.dividedBy(5);
    if (fifth.isZero() || fifth.compareTo(SELDOM) > 0) {
      return SELDOM;
    }
    return fifth.compareTo(OFTEN) < 0 ? OFTEN : fifth;
  }
}
