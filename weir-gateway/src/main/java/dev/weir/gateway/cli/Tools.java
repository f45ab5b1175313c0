package dev.weir.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The tools of a server. */
final class Tools {
  // A server that always has one more page must not keep us for ever.
  private static final int MOST_PAGES = 1000;

  private Tools() {}

  /** All of them, page by page. */
  static List<JsonNode> of(McpClient client) throws McpException, InterruptedException {
    List<JsonNode> tools = new ArrayList<>();
    ObjectNode params = JsonMapper.shared().createObjectNode();
    for (int page = 0; page < MOST_PAGES; page++) {
      JsonNode result = client.request("tools/list", params);
      result.path("tools").forEach(tools::add);
      JsonNode next = result.path("nextCursor");
      if (!next.isString()) {
        break;
      }
      params = JsonMapper.shared().createObjectNode().put("cursor", next.asString());
    }
    return tools;
  }

  static String name(JsonNode tool) {
    return tool.path("name").asString("");
  }

  /** The arguments as one would write them: {@code message: string, times?: number}. */
  static String arguments(JsonNode tool) {
    JsonNode schema = tool.path("inputSchema");
    List<String> required = new ArrayList<>();
    schema.path("required").forEach(name -> required.add(name.asString("")));
    List<String> arguments = new ArrayList<>();
    schema
        .path("properties")
        .properties()
        .forEach(
            property ->
                arguments.add(
                    property.getKey()
                        + (required.contains(property.getKey()) ? "" : "?")
                        + ": "
                        + kind(property.getValue())));
    return String.join(", ", arguments);
  }

  private static String kind(JsonNode schema) {
    if (schema.path("enum").isArray()) {
      List<String> values = new ArrayList<>();
      schema.path("enum").forEach(value -> values.add(value.toString()));
      return String.join(" | ", values);
    }
    JsonNode type = schema.path("type");
    if (type.isArray()) {
      List<String> kinds = new ArrayList<>();
      type.forEach(kind -> kinds.add(kind.asString("any")));
      return String.join(" | ", kinds);
    }
    String kind = type.asString("any");
    return kind.equals("array") ? kind(schema.path("items")) + "[]" : kind;
  }
}
