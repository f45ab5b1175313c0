package dev.weir.gateway.lease;

import java.time.Duration;

/**
 * How many processes of an upstream may be kept ready.
 *
 * @param min kept although nobody has come for long
 * @param max kept at most; zero for none
 * @param memory what they may take together, in bytes
 * @param idleTimeout how long after the last session began more than {@code min} are kept
 */
public record StandbyBounds(int min, int max, long memory, Duration idleTimeout) {}
