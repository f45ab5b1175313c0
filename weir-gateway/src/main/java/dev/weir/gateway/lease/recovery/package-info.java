/**
 * Part of room 4: a client's conversation that outlives its upstream sessions. In comes a message
 * for an upstream; out goes the message to the session that serves now, which may have just been
 * opened. Runs on the virtual thread of the client's request.
 */
@NullMarked
package dev.weir.gateway.lease.recovery;

import org.jspecify.annotations.NullMarked;
