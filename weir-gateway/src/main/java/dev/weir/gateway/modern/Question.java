package dev.weir.gateway.modern;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a legacy server asks its client in the middle of a call, as a modern client is asked: one of
 * the {@code inputRequests} of a result that is not yet complete.
 *
 * @param id under which the server waits for the answer
 * @param request the entry in {@code inputRequests}
 * @param required the capability that the client must have declared
 */
record Question(RequestId id, ObjectNode request, ObjectNode required) {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** What legacy requests may have that modern input requests have not. */
  private static final List<String> LEGACY_ONLY = List.of("_meta", "task", "elicitationId");

  /** Null when the modern era knows no such question. */
  static @Nullable Question of(Envelope message) {
    String method = String.valueOf(message.method());
    JsonNode params = JSON.readTree(message.toBytes()).path("params");
    ObjectNode asked =
        params instanceof ObjectNode object ? object.deepCopy() : JSON.createObjectNode();
    LEGACY_ONLY.forEach(asked::remove);
    ObjectNode required = required(method, asked);
    if (required == null) {
      return null;
    }
    ObjectNode request = JSON.createObjectNode().put("method", method);
    request.set("params", asked);
    return new Question(Objects.requireNonNull(message.id()), request, required);
  }

  private static @Nullable ObjectNode required(String method, ObjectNode asked) {
    ObjectNode required = JSON.createObjectNode();
    switch (method) {
      case "roots/list" -> required.putObject("roots");
      case "sampling/createMessage" -> {
        ObjectNode sampling = required.putObject("sampling");
        if (asked.has("tools")) {
          sampling.putObject("tools");
        }
      }
      case "elicitation/create" -> {
        ObjectNode elicitation = required.putObject("elicitation");
        if ("url".equals(asked.path("mode").asString(""))) {
          elicitation.putObject("url");
        }
      }
      default -> {
        return null;
      }
    }
    return required;
  }

  /** Whether a client that declared this may be asked. */
  boolean isFor(ObjectNode capabilities) {
    for (var needed : required.properties()) {
      JsonNode declared = capabilities.path(needed.getKey());
      if (!declared.isObject()) {
        return false;
      }
      for (String part : needed.getValue().propertyNames()) {
        if (!declared.path(part).isObject()) {
          return false;
        }
      }
      // Elicitation without a mode is by form, and so is one that names none.
      boolean byForm = needed.getKey().equals("elicitation") && needed.getValue().isEmpty();
      if (byForm && declared.has("url") && !declared.has("form")) {
        return false;
      }
    }
    return true;
  }

  /** A short word for its kind, from which its key is made. */
  String kind() {
    String method = request.get("method").stringValue();
    return method.substring(0, method.indexOf('/'));
  }

  Envelope answer(JsonNode response) {
    return Messages.result(id, response.toString());
  }

  /** What the server is told when nobody answers it. */
  Envelope refusal(String why) {
    return refusal(id, why);
  }

  static Envelope refusal(RequestId id, String why) {
    return Messages.error(id, JsonRpcError.METHOD_NOT_FOUND, why, null);
  }
}
