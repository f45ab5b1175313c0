/**
 * Room 3: which upstream a message is for. In comes a message of a client session; out goes the
 * same message for one upstream ({@link dev.weir.gateway.route.DirectRoute}) or one rewritten for
 * one of several ({@link dev.weir.gateway.route.AggregateRoute}). Runs on the virtual thread of the
 * client's request.
 */
@NullMarked
package dev.weir.gateway.route;

import org.jspecify.annotations.NullMarked;
