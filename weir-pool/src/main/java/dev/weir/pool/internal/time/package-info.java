/**
 * The only place that reads time, and the threads that do something later: clocks, deadlines,
 * pauses, the alarm, the workers.
 */
@NullMarked
package dev.weir.pool.internal.time;

import org.jspecify.annotations.NullMarked;
