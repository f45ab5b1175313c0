/**
 * The contenders: each is one small class behind {@link dev.weir.bench.pools.contender.RacingPool},
 * listed in {@link dev.weir.bench.pools.contender.Contenders}.
 *
 * <p>All are set up alike: the same bounds and acquire timeout; no leak detection, metrics,
 * statement cache or test on borrow; everything else as its makers ship it.
 */
@NullMarked
package dev.weir.bench.pools.contender;

import org.jspecify.annotations.NullMarked;
