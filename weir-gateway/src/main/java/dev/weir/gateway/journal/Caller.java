package dev.weir.gateway.journal;

import dev.weir.gateway.call.Identity;
import dev.weir.mcp.Era;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, and where.
 *
 * @param route the path
 * @param identity as it was verified
 * @param era null where that is not known yet
 * @param session the whole id, of which a few letters are written; null without one
 * @param traceparent the header field of this name (W3C Trace Context); null without one
 */
public record Caller(
    String route,
    Identity identity,
    @Nullable Era era,
    @Nullable String session,
    @Nullable String traceparent) {}
