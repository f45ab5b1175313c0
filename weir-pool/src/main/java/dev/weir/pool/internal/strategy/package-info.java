/** Which of several free connections a caller gets. */
@NullMarked
package dev.weir.pool.internal.strategy;

import org.jspecify.annotations.NullMarked;
