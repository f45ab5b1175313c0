/**
 * Opening connections: in parallel, with a time limit for each try, with retries; nobody waits for
 * one particular open.
 */
@NullMarked
package dev.weir.pool.internal.open;

import org.jspecify.annotations.NullMarked;
