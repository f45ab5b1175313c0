/**
 * What is behind the API: {@link dev.weir.pool.internal.SlotPool} puts the mechanisms of the
 * packages below together.
 */
@NullMarked
package dev.weir.pool.internal;

import org.jspecify.annotations.NullMarked;
