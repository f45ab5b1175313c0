/**
 * HTTP/1.1 towards clients: an accept loop, and one virtual thread for each connection, which reads
 * a request, calls the handler and answers.
 *
 * <p>Comes in: bytes of a client. Goes on: an {@link dev.weir.mcp.HttpExchange} to the handler.
 * Read {@link dev.weir.mcp.internal.listener.ClientConnection} first: it has the life of a
 * connection on one page.
 */
@NullMarked
package dev.weir.mcp.internal.listener;

import org.jspecify.annotations.NullMarked;
