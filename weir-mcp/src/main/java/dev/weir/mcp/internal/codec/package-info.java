/**
 * Bytes to messages and back: the JSON-RPC envelope over the bytes it came in, and the two framings
 * in which it travels, lines and server-sent events. Runs on whatever thread calls it and keeps no
 * state between messages.
 */
@NullMarked
package dev.weir.mcp.internal.codec;

import org.jspecify.annotations.NullMarked;
