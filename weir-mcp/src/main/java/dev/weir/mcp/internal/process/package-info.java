/**
 * Processes of upstreams: starting one without a shell, in a session of its own, and ending all of
 * its tree. Pipes to processes are read on platform threads: a read from a pipe blocks the carrier
 * of a virtual thread, and some 250 quiet processes would stop every virtual thread of the gateway.
 */
@NullMarked
package dev.weir.mcp.internal.process;

import org.jspecify.annotations.NullMarked;
