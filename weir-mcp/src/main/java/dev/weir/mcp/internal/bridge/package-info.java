/**
 * Between the eras: finds out which one an upstream speaks, and holds a conversation of the legacy
 * era with an upstream of the modern one. Knows wires only as {@link
 * dev.weir.mcp.UpstreamTransport}.
 */
@NullMarked
package dev.weir.mcp.internal.bridge;

import org.jspecify.annotations.NullMarked;
