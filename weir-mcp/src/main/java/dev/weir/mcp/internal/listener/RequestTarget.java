package dev.weir.mcp.internal.listener;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for (RFC 9112, section 3.2).
 *
 * @param path decoded, starts with a slash and has no dot segment; or {@code *}
 * @param query still encoded
 * @param authority from the absolute form, to stand in for the Host header
 */
record RequestTarget(String path, @Nullable String query, @Nullable String authority) {

  boolean isAsterisk() {
    return path.equals("*");
  }

  static RequestTarget parse(String method, String text) throws RefusedRequestException {
    if (text.equals("*") && method.equals("OPTIONS")) {
      return new RequestTarget("*", null, null);
    }
    if (text.indexOf('#') >= 0) {
      throw new RefusedRequestException(400, "request target has a fragment");
    }
    String rest = text;
    String authority = null;
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.startsWith("http://") || lower.startsWith("https://")) {
      int from = lower.indexOf("//") + 2;
      int to = from;
      while (to < text.length() && text.charAt(to) != '/' && text.charAt(to) != '?') {
        to++;
      }
      authority = text.substring(from, to);
      if (authority.isEmpty() || !isAuthority(authority)) {
        throw new RefusedRequestException(400, "request target names no host");
      }
      rest = text.substring(to);
      if (!rest.startsWith("/")) {
        rest = "/" + rest;
      }
    }
    if (!rest.startsWith("/")) {
      throw new RefusedRequestException(400, "request target is neither a path nor a URL");
    }
    int mark = rest.indexOf('?');
    String path = decode(mark < 0 ? rest : rest.substring(0, mark));
    refuseDotSegments(path);
    return new RequestTarget(path, mark < 0 ? null : rest.substring(mark + 1), authority);
  }

  /** Host and port; no user information, which would let a name be taken for another. */
  static boolean isAuthority(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean fine =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || "-._~[]:%!$&'()*+,;=".indexOf(c) >= 0;
      if (!fine) {
        return false;
      }
    }
    return true;
  }

  private static String decode(String raw) throws RefusedRequestException {
    byte[] bytes = new byte[raw.length()];
    int count = 0;
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        int high = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 1), 16) : -1;
        int low = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          throw new RefusedRequestException(400, "path has a broken percent code");
        }
        c = (char) (high << 4 | low);
        i += 2;
        if (c < ' ' || c == 0x7f) {
          throw new RefusedRequestException(400, "path has a control character");
        }
      }
      bytes[count++] = (byte) c;
    }
    try {
      ByteBuffer decoded = ByteBuffer.wrap(bytes, 0, count);
      return StandardCharsets.UTF_8.newDecoder().decode(decoded).toString();
    } catch (CharacterCodingException e) {
      throw new RefusedRequestException(400, "path is not UTF-8");
    }
  }

  /** After decoding, so that no spelling of two dots gets by. */
  private static void refuseDotSegments(String path) throws RefusedRequestException {
    for (int from = 1; from <= path.length(); ) {
      int slash = path.indexOf('/', from);
      int to = slash < 0 ? path.length() : slash;
      int length = to - from;
      if (length == 1 && path.charAt(from) == '.'
          || length == 2 && path.charAt(from) == '.' && path.charAt(from + 1) == '.') {
        throw new RefusedRequestException(400, "path has a dot segment");
      }
      from = to + 1;
    }
  }
}
