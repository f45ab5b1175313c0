package dev.weir.gateway.route;

import dev.weir.mcp.Envelope;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a client says at initialize to several, and one result of theirs: what any of them can, the
 * aggregate can. Tasks are none of it, since they hold for a whole session and not for a member.
 */
final class Handshakes {
  private static final JsonMapper JSON = new JsonMapper();

  /** What the aggregate knows how to pass on; anything else a member declares is left out. */
  private static final List<String> CAPABILITIES =
      List.of("tools", "prompts", "resources", "logging", "completions");

  private Handshakes() {}

  /** What the members are told of a client's initialize. */
  static Envelope offer(Envelope initialize) {
    String declared = initialize.member("capabilities");
    if (declared != null
        && JSON.readTree(declared) instanceof ObjectNode capabilities
        && capabilities.remove("tasks") != null) {
      return initialize.withMember("capabilities", capabilities.toString());
    }
    return initialize;
  }

  /**
   * The result's JSON text. {@code members} have all answered, or are known to; there is at least
   * one.
   */
  static String merge(List<Member> members) {
    ObjectNode result = JSON.createObjectNode();
    ObjectNode capabilities = JSON.createObjectNode();
    ArrayNode instructions = JSON.createArrayNode();
    String version = null;
    for (Member member : members) {
      Envelope handshake = Objects.requireNonNull(member.introduction());
      String agreed = handshake.protocolVersion();
      // Versions are dates: the oldest is what all of them understand.
      if (agreed != null && (version == null || agreed.compareTo(version) < 0)) {
        version = agreed;
      }
      addCapabilities(capabilities, handshake);
      String text = handshake.member("instructions");
      if (text != null && !text.equals("null")) {
        instructions.add(member.name() + ": " + JSON.readTree(text).asString());
      }
    }
    result.put("protocolVersion", version);
    result.set("capabilities", capabilities);
    result
        .putObject("serverInfo")
        .put("name", "weir")
        .put("title", "Weir: " + String.join(", ", members.stream().map(Member::name).toList()))
        .put("version", "1");
    if (!instructions.isEmpty()) {
      List<String> lines = instructions.valueStream().map(JsonNode::stringValue).toList();
      result.put("instructions", String.join("\n\n", lines));
    }
    return result.toString();
  }

  private static void addCapabilities(ObjectNode to, Envelope handshake) {
    String declared = handshake.member("capabilities");
    JsonNode capabilities = declared == null ? JSON.createObjectNode() : JSON.readTree(declared);
    for (String name : CAPABILITIES) {
      if (capabilities.path(name).isObject()) {
        ObjectNode merged =
            to.get(name) instanceof ObjectNode existing ? existing : to.putObject(name);
        capabilities
            .get(name)
            .properties()
            .forEach(
                option -> {
                  if (!merged.path(option.getKey()).asBoolean(false)) {
                    merged.set(option.getKey(), option.getValue());
                  }
                });
      }
    }
  }
}
