/**
 * Whole histories of a pool, drawn from a seed: callers, an endpoint with moods, an operator, and
 * what must hold after every step. Everything runs on one thread, so that a seed replays.
 */
@NullMarked
package dev.weir.pool.simulation;

import org.jspecify.annotations.NullMarked;
