/**
 * What is behind the API. {@link dev.weir.pool.internal.SlotPool} is the pool, {@link
 * dev.weir.pool.internal.Mechanisms} puts together what it works by, here and in the packages
 * below. Three classes know what happens next: {@link dev.weir.pool.internal.Traffic} to a caller
 * or a connection that comes back, {@link dev.weir.pool.internal.Supply} to the want of
 * connections, {@link dev.weir.pool.internal.Controls} to the pool as a whole.
 */
@NullMarked
package dev.weir.pool.internal;

import org.jspecify.annotations.NullMarked;
