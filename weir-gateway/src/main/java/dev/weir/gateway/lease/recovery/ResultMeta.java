package dev.weir.gateway.lease.recovery;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Adds a fact to {@code result._meta} of an answer; every other character stays as it was. An
 * answer that cannot be read here, because it is nested too deeply, stays as it is.
 */
final class ResultMeta {
  private ResultMeta() {}

  static Envelope with(Envelope answer, String name, JsonNode fact) {
    String text = new String(answer.toBytes(), StandardCharsets.UTF_8);
    String member = "\"" + name + "\":" + fact;
    try (JsonParser parser = JsonMapper.shared().createParser(text.toCharArray())) {
      parser.nextToken();
      int result = enter(parser, "result", 0);
      int meta = enter(parser, "_meta", result);
      String added =
          meta == result
              ? insert(text, result, "\"_meta\":{" + member + "}")
              : insert(text, meta, member);
      return Messages.read(added.getBytes(StandardCharsets.UTF_8)).messages().getFirst();
    } catch (MalformedMessageException | JacksonException e) {
      return answer;
    }
  }

  /** Where the inside of this member, an object, begins; {@code otherwise} when there is none. */
  private static int enter(JsonParser parser, String name, int otherwise) {
    for (@Nullable String at = parser.nextName(); at != null; at = parser.nextName()) {
      JsonToken token = parser.nextToken();
      if (at.equals(name) && token == JsonToken.START_OBJECT) {
        return (int) parser.currentTokenLocation().getCharOffset() + 1;
      }
      parser.skipChildren();
    }
    return otherwise;
  }

  private static String insert(String text, int at, String member) {
    boolean empty = text.substring(at).stripLeading().startsWith("}");
    return text.substring(0, at) + member + (empty ? "" : ",") + text.substring(at);
  }
}
