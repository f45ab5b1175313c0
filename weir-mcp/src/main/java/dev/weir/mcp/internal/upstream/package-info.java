/**
 * Conversations with upstreams, one class for each wire. What comes in is a message of a client;
 * what goes on is its bytes on the wire; what comes back reaches the request it belongs to, on the
 * thread that asked. {@link dev.weir.mcp.internal.upstream.Correlator} finds that request where the
 * wire itself does not tell.
 */
@NullMarked
package dev.weir.mcp.internal.upstream;

import org.jspecify.annotations.NullMarked;
