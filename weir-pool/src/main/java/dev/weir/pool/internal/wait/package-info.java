/** Who waits for a lease, and who is next. */
@NullMarked
package dev.weir.pool.internal.wait;

import org.jspecify.annotations.NullMarked;
