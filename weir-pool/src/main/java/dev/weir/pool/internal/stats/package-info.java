/** Counting and telling, so cheap that it is never turned off. */
@NullMarked
package dev.weir.pool.internal.stats;

import org.jspecify.annotations.NullMarked;
