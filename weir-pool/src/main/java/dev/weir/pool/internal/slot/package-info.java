/** Places for connections and their packed state; knows nothing of callers, threads or time. */
@NullMarked
package dev.weir.pool.internal.slot;

import org.jspecify.annotations.NullMarked;
