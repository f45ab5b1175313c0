package dev.weir.gateway.cli;

import dev.weir.gateway.config.ByteSize;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prints what a tool gave: text as it is, anything else in one line each. */
final class ResultPrinter {
  private final Terminal terminal;

  ResultPrinter(Terminal terminal) {
    this.terminal = terminal;
  }

  void print(JsonNode result, boolean json) {
    if (json) {
      terminal.out().println(result.toPrettyString());
    } else {
      lines(result).forEach(text -> terminal.out().println(terminal.harmless(text)));
    }
    terminal.out().flush();
  }

  private static List<String> lines(JsonNode result) {
    List<String> lines = new ArrayList<>();
    JsonNode structured = result.path("structuredContent");
    for (JsonNode item : result.path("content")) {
      // Servers repeat structured content as text, for clients that do not know it.
      if (!(structured.isObject() && repeats(item, structured))) {
        lines.add(line(item));
      }
    }
    if (structured.isObject()) {
      lines.add(structured.toPrettyString());
    }
    return lines;
  }

  private static boolean repeats(JsonNode item, JsonNode structured) {
    try {
      return item.path("text").isString()
          && JsonMapper.shared().readTree(item.path("text").asString()).equals(structured);
    } catch (JacksonException e) {
      return false;
    }
  }

  private static String line(JsonNode item) {
    String type = item.path("type").asString("");
    return switch (type) {
      case "text" -> item.path("text").asString("");
      case "image", "audio" ->
          "[" + type + ", " + item.path("mimeType").asString("?") + size(item.path("data")) + "]";
      case "resource_link" ->
          "[link to " + item.path("uri").asString("?") + described(item.path("name")) + "]";
      case "resource" -> resource(item.path("resource"));
      default -> item.toString();
    };
  }

  private static String resource(JsonNode resource) {
    if (resource.path("text").isString()) {
      return resource.path("text").asString();
    }
    return "[resource "
        + resource.path("uri").asString("?")
        + described(resource.path("mimeType"))
        + size(resource.path("blob"))
        + "]";
  }

  private static String described(JsonNode text) {
    return text.isString() ? ", " + text.asString() : "";
  }

  private static String size(JsonNode base64) {
    if (!base64.isString()) {
      return "";
    }
    String data = base64.asString();
    int padding = data.endsWith("==") ? 2 : data.endsWith("=") ? 1 : 0;
    return ", " + new ByteSize(data.length() / 4 * 3L - padding);
  }
}
