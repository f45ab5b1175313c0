package dev.weir.mcp.kit;

import org.jspecify.annotations.Nullable;

/**
 * One server-sent event as it was on the wire; a comment has no data and its text as {@code name}.
 */
public record WireEvent(
    @Nullable String id, @Nullable String name, @Nullable String retry, String data) {}
