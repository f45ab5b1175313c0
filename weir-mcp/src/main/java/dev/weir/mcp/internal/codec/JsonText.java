package dev.weir.mcp.internal.codec;

import java.util.Arrays;

/** JSON text that is written rather than passed on. */
final class JsonText {
  private JsonText() {}

  /** The string as a JSON string in which only what must be escaped is escaped. */
  static String quote(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        json.append(c).append(text.charAt(++i));
      } else {
        append(json, c);
      }
    }
    return json.append('"').toString();
  }

  private static void append(StringBuilder json, char c) {
    switch (c) {
      case '"' -> json.append("\\\"");
      case '\\' -> json.append("\\\\");
      case '\n' -> json.append("\\n");
      case '\r' -> json.append("\\r");
      case '\t' -> json.append("\\t");
      case '\b' -> json.append("\\b");
      case '\f' -> json.append("\\f");
      default -> {
        // Half of a surrogate pair has no UTF-8 form; only its escape can stand on the wire.
        if (c < ' ' || Character.isSurrogate(c)) json.append(String.format("\\u%04x", (int) c));
        else json.append(c);
      }
    }
  }

  /**
   * The JSON text without its line breaks and the indentation after them. In a JSON text that has
   * been checked these stand between tokens only: inside strings they must be escaped.
   */
  static byte[] inOneLine(byte[] json) {
    byte[] line = new byte[json.length];
    int length = 0;
    boolean indentation = false;
    for (byte b : json) {
      boolean lineBreak = b == '\n' || b == '\r';
      indentation = lineBreak || (indentation && (b == ' ' || b == '\t'));
      if (!indentation) line[length++] = b;
    }
    return Arrays.copyOf(line, length);
  }

  static boolean hasLineBreak(byte[] json, int from, int to) {
    for (int i = from; i < to; i++) {
      if (json[i] == '\n' || json[i] == '\r') return true;
    }
    return false;
  }
}
