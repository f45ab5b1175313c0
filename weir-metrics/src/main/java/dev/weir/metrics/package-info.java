/**
 * Watches pools from outside: {@link dev.weir.metrics.PoolMeters} for Micrometer, {@link
 * dev.weir.metrics.PoolBeans} for JMX, {@link dev.weir.metrics.PoolFlightEvents} for Java Flight
 * Recorder. What is not used costs a pool nothing; what is used costs its callers nothing as long
 * as they find a connection ready.
 *
 * <p>Whatever watches a pool is to be closed when the pool is. If that is forgotten the pool is not
 * kept: it is held by a weak reference, and what watched it removes itself when it is next read.
 */
@NullMarked
package dev.weir.metrics;

import org.jspecify.annotations.NullMarked;
