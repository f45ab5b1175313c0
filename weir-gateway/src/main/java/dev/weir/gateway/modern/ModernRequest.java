package dev.weir.gateway.modern;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.ProtocolVersion;
import dev.weir.mcp.RequestId;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request of the modern era, and what it says about itself.
 *
 * @param meta its {@code _meta}; not to be changed
 * @param capabilities what its client can do
 * @param logLevel which log messages it wants; null for none
 * @param handle the upstream session that it goes on in; null for any
 */
public record ModernRequest(
    Envelope message,
    RequestId id,
    String method,
    ObjectNode meta,
    ObjectNode capabilities,
    @Nullable String logLevel,
    @Nullable String handle) {
  static final List<String> LEVELS =
      List.of("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency");
  private static final JsonMapper JSON = JsonMapper.shared();

  /**
   * Reads what every request must say. Whether the version is one that is spoken here is looked at
   * later, by {@link #checkVersion}: a header that says something else comes first.
   *
   * @throws ModernFault when something is missing
   */
  public static ModernRequest read(Envelope message) throws ModernFault {
    String member = message.member("_meta");
    if (member == null || !(JSON.readTree(member) instanceof ObjectNode meta)) {
      throw ModernFault.invalid("params._meta is missing; every request must have it");
    }
    if (message.metaVersion() == null) {
      throw missing(Meta.VERSION, "a string");
    }
    if (!(meta.get(Meta.CAPABILITIES) instanceof ObjectNode capabilities)) {
      throw missing(Meta.CAPABILITIES, "an object");
    }
    return new ModernRequest(
        message,
        Objects.requireNonNull(message.id()),
        Objects.requireNonNull(message.method()),
        meta,
        capabilities,
        text(meta, Meta.LOG_LEVEL),
        text(meta, Meta.HANDLE));
  }

  private static ModernFault missing(String name, String what) {
    return ModernFault.invalid("params._meta[\"" + name + "\"] is missing or not " + what);
  }

  private static @Nullable String text(ObjectNode meta, String name) throws ModernFault {
    JsonNode value = meta.get(name);
    if (value != null && !value.isString()) {
      throw missing(name, "a string");
    }
    return value == null ? null : value.stringValue();
  }

  /** Refuses versions that are not spoken here, and log levels that do not exist. */
  public void checkVersion() throws ModernFault {
    String version = Objects.requireNonNull(message.metaVersion());
    if (ProtocolVersion.of(Era.MODERN, version).isEmpty()) {
      throw ModernFault.unsupportedVersion(version);
    }
    if (logLevel != null && !LEVELS.contains(logLevel)) {
      throw ModernFault.invalid("no such log level: " + logLevel);
    }
  }

  /** Who the client says that it is; null where it does not say. */
  @Nullable ObjectNode clientInfo() {
    return meta.get(Meta.CLIENT_INFO) instanceof ObjectNode info ? info : null;
  }

  /** The answers to what was asked in the round before; null when this begins a call. */
  @Nullable JsonNode inputResponses() {
    String member = message.member("inputResponses");
    return member == null ? null : JSON.readTree(member);
  }

  /** Names the call that waits for those answers; null when this begins a call. */
  @Nullable String requestState() throws ModernFault {
    String member = message.member("requestState");
    if (member == null || member.equals("null")) {
      return null;
    }
    JsonNode state = JSON.readTree(member);
    if (!state.isString()) {
      throw ModernFault.invalid("params.requestState is not a string");
    }
    return state.stringValue();
  }

  /** The same request as a legacy upstream knows it, under an id and a progress token of ours. */
  Envelope toLegacy(RequestId upstreamId) {
    Envelope legacy = message.withId(upstreamId);
    if (message.progressToken() != null) {
      legacy = legacy.withProgressToken(upstreamId);
    }
    String member = legacy.member("_meta");
    ObjectNode kept = member == null ? JSON.createObjectNode() : (ObjectNode) JSON.readTree(member);
    List.of(Meta.VERSION, Meta.CLIENT_INFO, Meta.CAPABILITIES, Meta.LOG_LEVEL, Meta.HANDLE)
        .forEach(kept::remove);
    legacy = legacy.withMember("_meta", kept.isEmpty() ? null : kept.toString());
    for (String name : List.of("inputResponses", "requestState", "task")) {
      if (legacy.member(name) != null) {
        legacy = legacy.withMember(name, null);
      }
    }
    return legacy;
  }
}
