/**
 * Room 2: the conversations of clients with the gateway: their ids, their limits, their streams,
 * and when they end. In comes a message of a known session; out goes the message for its route.
 * Runs on the virtual thread of the client's request; the reaper has a thread of its own.
 */
@NullMarked
package dev.weir.gateway.session;

import org.jspecify.annotations.NullMarked;
