package dev.weir.gateway.call;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/**
 * Cuts JSON text into the texts of its parts, so that what is merged or renamed keeps every other
 * character as the upstream wrote it.
 */
public final class JsonText {
  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonText() {}

  /** The elements of an array, each as the text it was. */
  public static List<String> elements(String array) {
    List<String> elements = new ArrayList<>();
    try (JsonParser parser = parser(array)) {
      parser.nextToken();
      for (JsonToken token = parser.nextToken();
          token != null && token != JsonToken.END_ARRAY;
          token = parser.nextToken()) {
        elements.add(value(array, parser));
      }
    }
    return elements;
  }

  /** The text of one member of an object; null when absent. */
  public static @Nullable String member(String object, String name) {
    try (JsonParser parser = parser(object)) {
      return seek(parser, name) ? value(object, parser) : null;
    }
  }

  /** The value of one string member of an object; null when absent or no string. */
  public static @Nullable String string(String object, String name) {
    try (JsonParser parser = parser(object)) {
      return seek(parser, name) && parser.currentToken() == JsonToken.VALUE_STRING
          ? parser.getString()
          : null;
    }
  }

  /** The object with another value for one string member; the object itself when there is none. */
  public static String replaceString(String object, String name, UnaryOperator<String> change) {
    try (JsonParser parser = parser(object)) {
      if (!seek(parser, name) || parser.currentToken() != JsonToken.VALUE_STRING) {
        return object;
      }
      int start = start(parser);
      String changed = change.apply(parser.getString());
      parser.finishToken();
      return object.substring(0, start) + quote(changed) + object.substring(end(parser));
    }
  }

  /** The object with one more member in its {@code _meta}, which is added where there is none. */
  public static String withMeta(String object, String name, String json) {
    String member = quote(name) + ":" + json;
    try (JsonParser parser = parser(object)) {
      boolean found = seek(parser, "_meta");
      if (found && parser.currentToken() != JsonToken.START_OBJECT) {
        return object;
      }
      int inside = found ? start(parser) + 1 : object.indexOf('{') + 1;
      boolean empty = object.substring(inside).stripLeading().startsWith("}");
      String added = found ? member : "\"_meta\":{" + member + "}";
      return object.substring(0, inside) + added + (empty ? "" : ",") + object.substring(inside);
    }
  }

  /** The text of a JSON string; null for any other value. */
  public static @Nullable String unquote(String json) {
    try (JsonParser parser = parser(json)) {
      return parser.nextToken() == JsonToken.VALUE_STRING ? parser.getString() : null;
    }
  }

  /** A string as JSON text. */
  public static String quote(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsCharArray(text)) + '"';
  }

  private static JsonParser parser(String text) {
    return FACTORY.createParser(ObjectReadContext.empty(), text.toCharArray());
  }

  /** Moves to the value of a member of the object that the text is. */
  private static boolean seek(JsonParser parser, String name) {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return false;
    }
    for (String member = parser.nextName(); member != null; member = parser.nextName()) {
      parser.nextToken();
      if (member.equals(name)) {
        return true;
      }
      parser.skipChildren();
    }
    return false;
  }

  private static String value(String text, JsonParser parser) {
    int start = start(parser);
    if (parser.currentToken().isStructStart()) {
      parser.skipChildren();
    } else {
      parser.finishToken();
    }
    return text.substring(start, end(parser));
  }

  private static int start(JsonParser parser) {
    return (int) parser.currentTokenLocation().getCharOffset();
  }

  private static int end(JsonParser parser) {
    return (int) parser.currentLocation().getCharOffset();
  }
}
