/**
 * What a pool promises, as small behaviours that run against any pool: each holds, fails with what
 * was seen, or needs a feature that the pool does not have. {@code endpoint} is the scripted other
 * side, {@code contender} has one adapter for each pool, {@code stage} is what the behaviours in
 * {@code theme} are written with.
 */
@NullMarked
package dev.weir.bench.behaviour;

import org.jspecify.annotations.NullMarked;
