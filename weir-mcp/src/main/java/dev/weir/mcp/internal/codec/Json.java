package dev.weir.mcp.internal.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * JSON taken apart one level at a time and put together again: every part is the text it stands in,
 * so that what is not looked at stays as it was written. For texts that have been read as messages
 * before, which are known to be JSON; a text of another kind than was asked for has no parts.
 */
public final class Json {
  private Json() {}

  /** The members of an object, in their order; of two with one name the last. */
  public static SequencedMap<String, String> members(@Nullable String object) {
    SequencedMap<String, String> members = new LinkedHashMap<>();
    if (object == null) return members;
    byte[] json = object.getBytes(UTF_8);
    try (Tokens tokens = new Tokens(json, 0, json.length)) {
      if (tokens.next() != JsonToken.START_OBJECT) return members;
      while (tokens.next() == JsonToken.PROPERTY_NAME) {
        String name = tokens.memberName();
        tokens.next();
        members.put(name, text(json, tokens.place()));
      }
    }
    return members;
  }

  /** The elements of an array. */
  public static List<String> elements(@Nullable String array) {
    List<String> elements = new ArrayList<>();
    if (array == null) return elements;
    byte[] json = array.getBytes(UTF_8);
    try (Tokens tokens = new Tokens(json, 0, json.length)) {
      if (tokens.next() != JsonToken.START_ARRAY) return elements;
      while (tokens.next() != JsonToken.END_ARRAY) elements.add(text(json, tokens.place()));
    }
    return elements;
  }

  /** A member of an object; null when there is none. */
  public static @Nullable String member(@Nullable String object, String name) {
    return members(object).get(name);
  }

  /** The text that a string says; null when it is no string. */
  public static @Nullable String string(@Nullable String string) {
    if (string == null) return null;
    byte[] json = string.getBytes(UTF_8);
    try (Tokens tokens = new Tokens(json, 0, json.length)) {
      tokens.next();
      return tokens.string();
    }
  }

  public static boolean isObject(@Nullable String json) {
    return json != null && json.strip().startsWith("{");
  }

  public static boolean isTrue(@Nullable String json) {
    return json != null && json.strip().equals("true");
  }

  /** An object of these members. */
  public static String object(Map<String, String> members) {
    StringJoiner object = new StringJoiner(",", "{", "}");
    members.forEach((name, value) -> object.add(quote(name) + ":" + value));
    return object.toString();
  }

  /** An array of these elements. */
  public static String array(List<String> elements) {
    return "[" + String.join(",", elements) + "]";
  }

  /** A string that says this text. */
  public static String quote(String text) {
    return JsonText.quote(text);
  }

  private static String text(byte[] json, ByteEnvelope.Span place) {
    return new String(json, place.from(), place.to() - place.from(), UTF_8);
  }
}
