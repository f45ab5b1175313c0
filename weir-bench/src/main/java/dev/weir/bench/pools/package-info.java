/** The race of pools: one small adapter per contender, the scenarios, and the verdict. */
@NullMarked
package dev.weir.bench.pools;

import org.jspecify.annotations.NullMarked;
