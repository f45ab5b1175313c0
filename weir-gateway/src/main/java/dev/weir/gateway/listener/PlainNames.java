package dev.weir.gateway.listener;

import dev.weir.mcp.Envelope;
import java.util.Locale;
import java.util.Set;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Whether every server reads a message as the gateway has read it. Some find members in any case
 * ({@code encoding/json} of Go, where the last one counts): {@code {"name": "echo", "Name":
 * "delete"}} would be one tool for who lets it pass, and another for who runs it. The same name
 * twice is no message at all, for anybody.
 *
 * <p>Asked only of callers to whom it makes a difference which tool that is.
 */
final class PlainNames {
  /** By what is told what a message is, and which tool it calls. */
  private static final Set<String> DECISIVE =
      Set.of("jsonrpc", "id", "method", "params", "result", "error", "name");

  private static final JsonFactory FACTORY = new JsonFactory();

  private PlainNames() {}

  /** Whether what decides is written as it is read here, in the message and in its params. */
  static boolean has(Envelope message) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), message.toBytes())) {
      return parser.nextToken() == JsonToken.START_OBJECT && isPlain(parser, true);
    }
  }

  private static boolean isPlain(JsonParser object, boolean isMessage) {
    for (String name = object.nextName(); name != null; name = object.nextName()) {
      boolean isAscii = name.chars().allMatch(c -> c < 128); // others have capitals among it
      String small = name.toLowerCase(Locale.ROOT);
      if (!isAscii || (DECISIVE.contains(small) && !name.equals(small))) {
        return false;
      }
      boolean isObject = object.nextToken() == JsonToken.START_OBJECT;
      if (isMessage && isObject && name.equals("params")) {
        if (!isPlain(object, false)) {
          return false;
        }
      } else {
        object.skipChildren();
      }
    }
    return true;
  }
}
