package dev.weir.mcp.kit;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** As much JSON as a test needs to tell messages apart. */
public final class WireJson {
  private static final JsonFactory JSON = new JsonFactory();

  private WireJson() {}

  /** The scalar at this path of members, as text; null when there is none, or no JSON at all. */
  public static @Nullable String text(String json, String... path) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
      int depth = 0;
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean here = parser.currentName().equals(path[depth]);
        JsonToken value = parser.nextToken();
        if (!here) {
          parser.skipChildren();
        } else if (depth == path.length - 1) {
          return value.isScalarValue() ? parser.getString() : null;
        } else if (value == JsonToken.START_OBJECT) {
          depth++;
        } else {
          return null;
        }
      }
      return null;
    } catch (JacksonException e) {
      return null;
    }
  }

  static String idOf(String json) {
    String id = text(json, "id");
    return id == null ? "" : id;
  }

  static boolean answers(String json, String id) {
    return text(json, "method") == null && idOf(json).equals(id);
  }
}
