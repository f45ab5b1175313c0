package dev.weir.mcp.internal.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ProtocolVersion;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.internal.codec.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a legacy client sees of a modern server's answers. The tables are in {@code docs/bridge.md},
 * "Legacy client, modern server".
 */
final class LegacyView {
  /** 2025-11-25 and earlier; the modern era says "invalid params". */
  static final int RESOURCE_NOT_FOUND = -32002;

  private static final List<String> MODERN_MEMBERS = List.of("resultType", "ttlMs", "cacheScope");

  /** How long a list holds is told on: to who gathers lists of several, and it disturbs nobody. */
  private static final List<String> MODERN_MEMBERS_OF_LISTS = List.of("resultType", "cacheScope");

  private static final Set<String> CAPABILITIES =
      Set.of("experimental", "logging", "completions", "prompts", "resources", "tools");

  private LegacyView() {}

  /** The result of initialize, made of that of {@code server/discover}. */
  static Envelope initialized(String upstream, Envelope initialize, Envelope discovered) {
    String wanted = String.valueOf(initialize.protocolVersion());
    ProtocolVersion version =
        ProtocolVersion.of(Era.LEGACY, wanted).orElse(ProtocolVersion.newestLegacy());
    Map<String, String> capabilities = Json.members(discovered.member("capabilities"));
    capabilities.keySet().retainAll(CAPABILITIES);
    Map<String, String> result = new LinkedHashMap<>();
    result.put("protocolVersion", Json.quote(version.wire()));
    result.put("capabilities", Json.object(capabilities));
    String info = Json.member(discovered.member("_meta"), MetaKeys.SERVER_INFO);
    String unnamed = "{\"name\":" + Json.quote(upstream) + ",\"version\":\"unknown\"}";
    result.put("serverInfo", Json.isObject(info) ? Objects.requireNonNull(info) : unnamed);
    String instructions = discovered.member("instructions");
    if (instructions != null) {
      result.put("instructions", instructions);
    }
    return Messages.result(Objects.requireNonNull(initialize.id()), Json.object(result));
  }

  /** What the answer to a request of this method says to a legacy client. */
  static Envelope of(Envelope request, Envelope answer) {
    RequestId id = Objects.requireNonNull(request.id());
    return answer.kind() == Envelope.Kind.ERROR
        ? error(request, id, answer)
        : result(request, id, answer);
  }

  private static Envelope result(Envelope request, RequestId id, Envelope answer) {
    String type = Json.string(answer.member("resultType"));
    if (type != null && !type.equals("complete")) {
      return refusal(
          id,
          "the server answered "
              + request.method()
              + " with a result of type \""
              + type
              + "\", which clients of protocol versions before 2026-07-28 cannot take");
    }
    Envelope seen = answer.withId(id);
    boolean isList = String.valueOf(request.method()).endsWith("/list");
    for (String member : isList ? MODERN_MEMBERS_OF_LISTS : MODERN_MEMBERS) {
      if (seen.member(member) != null) {
        seen = seen.withMember(member, null);
      }
    }
    return switch (String.valueOf(request.method())) {
      case "tools/list" -> withObjectSchemas(seen);
      case "tools/call" -> withObjectContent(seen);
      default -> seen;
    };
  }

  /** The schema of a result was an object's until 2025-11-25; any other is left out. */
  private static Envelope withObjectSchemas(Envelope result) {
    boolean changed = false;
    List<String> tools = new ArrayList<>();
    for (String tool : Json.elements(result.member("tools"))) {
      Map<String, String> members = Json.members(tool);
      String schema = members.get("outputSchema");
      if (schema != null && !"object".equals(Json.string(Json.member(schema, "type")))) {
        members.remove("outputSchema");
        changed = true;
        tools.add(Json.object(members));
      } else {
        tools.add(tool);
      }
    }
    return changed ? result.withMember("tools", Json.array(tools)) : result;
  }

  /** Structured content was an object until 2025-11-25; any other is told as text. */
  private static Envelope withObjectContent(Envelope result) {
    String structured = result.member("structuredContent");
    if (structured == null || Json.isObject(structured)) {
      return result;
    }
    List<String> content = Json.elements(result.member("content"));
    if (content.isEmpty()) {
      content.add("{\"type\":\"text\",\"text\":" + Json.quote(structured) + "}");
    }
    return result.withMember("structuredContent", null).withMember("content", Json.array(content));
  }

  private static Envelope error(Envelope request, RequestId id, Envelope error) {
    String data = error.member("data");
    String message = String.valueOf(Json.string(error.member("message")));
    return switch (ModernErrors.code(error)) {
      case JsonRpcError.INVALID_PARAMS -> {
        boolean notFound = request.is("resources/read") && Json.member(data, "uri") != null;
        yield notFound ? Messages.error(id, RESOURCE_NOT_FOUND, message, data) : error.withId(id);
      }
      case JsonRpcError.MISSING_CLIENT_CAPABILITY ->
          Messages.error(
              id,
              JsonRpcError.INVALID_REQUEST,
              "the server needs a capability that this client did not declare at initialize: "
                  + message,
              data);
      case JsonRpcError.HEADER_MISMATCH ->
          Messages.error(
              id,
              JsonRpcError.INTERNAL_ERROR,
              "the server did not accept the header fields that the gateway made of this request: "
                  + message,
              data);
      default -> error.withId(id);
    };
  }

  /** What cannot be carried over. */
  static Envelope refusal(RequestId id, String message) {
    return Messages.error(id, JsonRpcError.INTERNAL_ERROR, message, null);
  }

  /**
   * A notification as the legacy era has it: without what ties it to a subscription of the gateway.
   */
  static Envelope notification(Envelope message) {
    Map<String, String> meta = Json.members(message.member("_meta"));
    if (meta.remove(MetaKeys.SUBSCRIPTION_ID) == null) {
      return message;
    }
    return message.withMember("_meta", meta.isEmpty() ? null : Json.object(meta));
  }

  /** The result of a response, as it stands. */
  static @Nullable String result(Envelope response) {
    return Json.member(new String(response.toBytes(), UTF_8), "result");
  }
}
