package dev.weir.gateway.listener;

import dev.weir.gateway.auth.Access;
import dev.weir.gateway.auth.Grant;
import dev.weir.gateway.auth.Principal;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.call.JsonText;
import dev.weir.gateway.ledger.CallLimits;
import dev.weir.gateway.ledger.LimitReachedException;
import dev.weir.gateway.session.ClientSession;
import dev.weir.gateway.session.SessionRegistry;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Says of each request whether its caller may make it, by what holds at that moment, and leaves out
 * of lists what that caller may not call. Thread-safe.
 *
 * <p>It stands in front of the sessions rather than behind them, since what is behind may be shared
 * by callers who may do different things, lists that are kept included.
 */
public final class Guard {
  private static final String CALL = "tools/call";

  private final Supplier<Access> access;
  private final CallLimits limits;
  private final SessionRegistry sessions;

  /**
   * @param access asked for each request
   * @param limits how many requests there may be
   */
  public Guard(Supplier<Access> access, CallLimits limits, SessionRegistry sessions) {
    this.access = access;
    this.limits = limits;
    this.sessions = sessions;
  }

  /** The session as who sends this may use it. */
  GuardedSession over(ClientSession session, Principal caller) {
    return new GuardedSession(session, caller, this);
  }

  /** Lets one more request of this caller begin. */
  CallLimits.Turn begin(Identity caller, String route) throws LimitReachedException {
    return limits.begin(caller, route);
  }

  /** Why the message is not passed on; null when it is. */
  @Nullable Refusal refusal(Principal caller, String route, Envelope message) {
    Access now = access.get();
    Grant grant = now.grant(caller);
    if (!grant.hasRoute(route)) {
      return Refusal.notAllowed(route, now.insufficient(caller, route));
    }
    if (!grant.limitsTools(route)) {
      return null;
    }
    if (!PlainNames.has(message)) {
      return Refusal.badRequest(
          "the names of members are to be in ASCII, and in small letters where the protocol has them");
    }
    String tool = message.name();
    return !message.is(CALL) || (tool != null && hasTool(grant, route, tool)) ? null : noTool(tool);
  }

  private boolean hasTool(Grant grant, String route, String shown) {
    return grant.hasTool(route, sessions.toolNames(route, shown));
  }

  /** The same whether there is such a tool or not. 200: see {@link Refusal#of}. */
  private static Refusal noTool(@Nullable String tool) {
    return new Refusal(
        200,
        JsonRpcError.INVALID_PARAMS,
        "forbidden",
        "no tool \"" + tool + "\" that this caller may call",
        Map.of());
  }

  /**
   * A message for this caller: of a list of tools those that may be called, and not to be shown to
   * others; any other message as it is.
   */
  Envelope shown(Principal caller, String route, Envelope message) {
    if (message.kind() != Envelope.Kind.RESULT) {
      return message;
    }
    Grant grant = access.get().grant(caller);
    if (!grant.limitsTools(route)) {
      return message;
    }
    String tools = message.member("tools");
    if (tools == null || !tools.startsWith("[")) {
      return message;
    }
    List<String> shown =
        JsonText.elements(tools).stream()
            .filter(
                tool ->
                    JsonText.string(tool, "name") instanceof String name
                        && hasTool(grant, route, name))
            .toList();
    Envelope list = message.withMember("tools", "[" + String.join(",", shown) + "]");
    return list.member("cacheScope") == null ? list : list.withMember("cacheScope", "\"private\"");
  }
}
