/**
 * The Model Context Protocol as a gateway sees it: messages that pass as the bytes they came in,
 * and the wires they travel on, towards upstreams and towards clients.
 *
 * <p>Two doors lead to the implementation: {@link dev.weir.mcp.Messages} reads and builds messages,
 * {@link dev.weir.mcp.Transports} opens wires.
 */
@NullMarked
package dev.weir.mcp;

import org.jspecify.annotations.NullMarked;
