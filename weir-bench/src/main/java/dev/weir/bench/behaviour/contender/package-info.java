/**
 * One adapter for each pool: how it is configured for what a behaviour asks, and what it does not
 * have.
 */
@NullMarked
package dev.weir.bench.behaviour.contender;

import org.jspecify.annotations.NullMarked;
