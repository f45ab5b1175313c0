package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.ProtocolVersion;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.internal.codec.Json;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a legacy client said of itself at initialize and afterwards, and what every modern request
 * in its name therefore says. JSON texts. Immutable.
 *
 * @param capabilities as modern clients declare them
 * @param info its name and version; null when it did not say
 * @param level of log messages, as JSON; null when it wants none
 */
record ClientProfile(String capabilities, @Nullable String info, @Nullable String level) {
  /** What legacy clients declare and the modern era knows; the rest means nothing there. */
  private static final Set<String> CAPABILITIES =
      Set.of("experimental", "sampling", "elicitation", "roots");

  /** The client of an initialize request. */
  static ClientProfile of(Envelope initialize) {
    Map<String, String> declared = Json.members(initialize.member("capabilities"));
    declared.keySet().retainAll(CAPABILITIES);
    // Roots are asked for anew each time, so the client need not say when they change.
    declared.computeIfPresent("roots", (name, value) -> "{}");
    return new ClientProfile(Json.object(declared), initialize.member("clientInfo"), null);
  }

  ClientProfile withLevel(@Nullable String level) {
    return new ClientProfile(capabilities, info, level);
  }

  boolean has(String capability) {
    return Json.isObject(Json.member(capabilities, capability));
  }

  /** The legacy request as a modern one of this client. */
  Envelope modern(Envelope request, RequestId id) {
    Map<String, String> meta = Json.members(request.member("_meta"));
    meta.put(MetaKeys.VERSION, Json.quote(ProtocolVersion.newestModern().wire()));
    meta.put(MetaKeys.CLIENT_CAPABILITIES, capabilities);
    if (info != null) {
      meta.put(MetaKeys.CLIENT_INFO, info);
    }
    if (level != null) {
      meta.put(MetaKeys.LOG_LEVEL, level);
    }
    return request.withId(id).withMember("_meta", Json.object(meta));
  }
}
