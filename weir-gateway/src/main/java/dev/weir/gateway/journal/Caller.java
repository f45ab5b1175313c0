package dev.weir.gateway.journal;

import dev.weir.gateway.call.Identity;
import dev.weir.mcp.Era;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, and where.
 *
 * @param route the path
 * @param identity as it was verified
 * @param wire that the request came on, as {@code http} or {@code stdio}
 * @param era null where that is not known yet
 * @param session the whole id, of which a few letters are told; null without one
 * @param version of the protocol, as the session has agreed on it; null while it has not
 * @param head what the wire says of the trace
 */
public record Caller(
    String route,
    Identity identity,
    String wire,
    @Nullable Era era,
    @Nullable String session,
    @Nullable String version,
    TraceHead head) {
  private static final int SHOWN = 6;

  /** The same, in a session. */
  Caller in(String session) {
    return new Caller(route, identity, wire, era, session, version, head);
  }

  /** The session, as others may know of it. */
  public @Nullable String shownSession() {
    return session == null ? null : shown(session);
  }

  /** A session's id, as others may know of it: the whole is its client's secret. */
  public static String shown(String session) {
    return session.substring(0, Math.min(SHOWN, session.length())) + "…";
  }
}
