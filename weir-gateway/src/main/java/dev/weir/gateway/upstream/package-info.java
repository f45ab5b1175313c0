/**
 * Room 5: the servers behind the gateway. In comes a message for one upstream session; out goes the
 * wire ({@link dev.weir.mcp.UpstreamTransport}). Runs on the virtual thread of the client's
 * request.
 */
@NullMarked
package dev.weir.gateway.upstream;

import org.jspecify.annotations.NullMarked;
