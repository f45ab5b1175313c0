package dev.weir.gateway.route;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a list into pages. A cursor names the element after which a page begins, and where that
 * stood: a list that has changed meanwhile goes on after the same element.
 */
final class Pages {
  private Pages() {}

  /**
   * @param shown by what clients know the element
   */
  record Element(String shown, String json) {}

  /**
   * @param next the cursor of the next page; null for the last
   */
  record Page(List<Element> elements, @Nullable String next) {}

  /** The page after the cursor, or the first for null; null when the cursor means nothing here. */
  static @Nullable Page of(List<Element> all, @Nullable String cursor, int size) {
    int from = cursor == null ? 0 : after(all, cursor);
    if (from < 0) {
      return null;
    }
    int to = Math.min(all.size(), from + size);
    String next = to == all.size() ? null : cursor(to, all.get(to - 1).shown());
    return new Page(all.subList(from, to), next);
  }

  private static String cursor(int index, String last) {
    byte[] text = (index + ":" + last).getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text);
  }

  private static int after(List<Element> all, String cursor) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      int colon = text.indexOf(':');
      int index = Integer.parseInt(text.substring(0, Math.max(0, colon)));
      String last = text.substring(colon + 1);
      if (index > 0 && index <= all.size() && all.get(index - 1).shown().equals(last)) {
        return index;
      }
      int found = all.stream().map(Element::shown).toList().indexOf(last);
      return found < 0 ? -1 : found + 1;
    } catch (IllegalArgumentException e) {
      return -1;
    }
  }
}
