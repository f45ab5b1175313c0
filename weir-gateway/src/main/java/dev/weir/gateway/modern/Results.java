package dev.weir.gateway.modern;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes a modern result of a legacy one: members are added, those of the same names are replaced,
 * every other character stays as the upstream wrote it.
 */
final class Results {
  private static final JsonMapper JSON = JsonMapper.shared();

  private Results() {}

  /**
   * @param members JSON texts by name, to be in the result
   * @param meta JSON texts by name, to be in its {@code _meta}
   */
  static Envelope with(
      Envelope answer,
      RequestId id,
      SequencedMap<String, String> members,
      SequencedMap<String, String> meta) {
    String text = new String(answer.toBytes(), StandardCharsets.UTF_8);
    StringBuilder result = new StringBuilder(text.length() + 256);
    result.append("{\"jsonrpc\":\"2.0\",\"id\":").append(id.json()).append(",\"result\":{");
    String theirs = null;
    try (JsonParser parser = JSON.createParser(text.toCharArray())) {
      parser.nextToken();
      if (enterResult(parser)) {
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
          parser.nextToken();
          String value = value(text, parser);
          if (name.equals("_meta")) {
            theirs = value;
          } else if (!members.containsKey(name)) {
            append(result, name, value);
          }
        }
      }
    }
    members.forEach((name, value) -> append(result, name, value));
    append(result, "_meta", merged(theirs, meta));
    return message(result.append("}}").toString());
  }

  /** The elements of an array, each as the text it was. */
  static List<String> elements(String array) {
    List<String> elements = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(array.toCharArray())) {
      parser.nextToken();
      for (JsonToken token = parser.nextToken();
          token != null && token != JsonToken.END_ARRAY;
          token = parser.nextToken()) {
        elements.add(value(array, parser));
      }
    }
    return elements;
  }

  private static boolean enterResult(JsonParser parser) {
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      JsonToken token = parser.nextToken();
      if (name.equals("result")) {
        return token == JsonToken.START_OBJECT;
      }
      parser.skipChildren();
    }
    return false;
  }

  private static String value(String text, JsonParser parser) {
    int start = (int) parser.currentTokenLocation().getCharOffset();
    if (parser.currentToken().isStructStart()) {
      parser.skipChildren();
    } else {
      parser.finishToken();
    }
    return text.substring(start, (int) parser.currentLocation().getCharOffset());
  }

  private static void append(StringBuilder to, String name, String value) {
    char last = to.charAt(to.length() - 1);
    to.append(last == '{' ? "" : ",").append(JSON.writeValueAsString(name));
    to.append(':').append(value);
  }

  /** Ours go in beside theirs, which stay as they are. */
  private static String merged(@Nullable String theirs, Map<String, String> ours) {
    StringBuilder merged = new StringBuilder("{");
    if (theirs != null && JSON.readTree(theirs) instanceof ObjectNode known) {
      known
          .properties()
          .forEach(
              member -> {
                if (!ours.containsKey(member.getKey())) {
                  append(merged, member.getKey(), member.getValue().toString());
                }
              });
    }
    ours.forEach((name, value) -> append(merged, name, value));
    return merged.append('}').toString();
  }

  /** A result of the gateway's own. */
  static Envelope of(RequestId id, ObjectNode result) {
    return Messages.result(id, result.toString());
  }

  /** The same notification with one more fact in its {@code _meta}. */
  static Envelope tagged(Envelope notification, String name, String json) {
    String meta = merged(notification.member("_meta"), Map.of(name, json));
    return notification.withMember("_meta", meta);
  }

  static JsonNode tree(@Nullable String json) {
    return json == null ? JSON.missingNode() : JSON.readTree(json);
  }

  private static Envelope message(String text) {
    try {
      return Messages.read(text.getBytes(StandardCharsets.UTF_8)).messages().getFirst();
    } catch (MalformedMessageException e) {
      throw new IllegalStateException(e);
    }
  }
}
