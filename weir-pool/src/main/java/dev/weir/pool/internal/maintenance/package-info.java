/**
 * What happens to a connection besides being leased: checks, retirement, the regular pass over the
 * idle ones.
 */
@NullMarked
package dev.weir.pool.internal.maintenance;

import org.jspecify.annotations.NullMarked;
